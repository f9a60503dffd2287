"""Browsers that are signed in, and links that sign one in: hashes of their secrets, proofs of their keys."""

from datetime import datetime
from typing import Any

from pixyproxy.core.models import ApiKey, HeldKey, Session, SignIn
from pixyproxy.data.database import Row, Statements
from pixyproxy.data.key_repository import key_from_row
from pixyproxy.data.values import from_timestamp, to_timestamp

_OF_THE_KEY = (
    "api_key.id, api_key.owner, api_key.name, api_key.is_admin, api_key.secret_sha256, "
    "api_key.created_at, api_key.revoked_at"
)


class SessionRepository:
    def __init__(self, statements: Statements) -> None:
        self._statements = statements

    async def add(self, session: Session) -> None:
        await self._statements.execute(
            "INSERT INTO session (token_sha256, key_id, key_proof, created_at, expires_at) "
            "VALUES (:token_sha256, :key_id, :key_proof, :created_at, :expires_at)",
            {
                "token_sha256": session.token_sha256,
                "created_at": to_timestamp(session.created_at),
                **_until(session.key, session.expires_at),
            },
        )

    async def find(self, token_sha256: str) -> tuple[Session, ApiKey | None] | None:
        """With its key as it is now, where that has a row."""
        row = await self._statements.fetch_one(
            "SELECT kept.token_sha256, kept.key_id, kept.key_proof, kept.created_at AS signed_in_at, "
            f"kept.expires_at, {_OF_THE_KEY} "
            "FROM session AS kept LEFT JOIN api_key ON api_key.id = kept.key_id "
            "WHERE kept.token_sha256 = :token_sha256",
            {"token_sha256": token_sha256},
        )
        if row is None:
            return None
        signed_in_at, expires_at = from_timestamp(row["signed_in_at"]), from_timestamp(row["expires_at"])
        return Session(row["token_sha256"], _held(row), signed_in_at, expires_at), _key(row)

    async def remove(self, token_sha256: str) -> None:
        await self._statements.execute(
            "DELETE FROM session WHERE token_sha256 = :token_sha256", {"token_sha256": token_sha256}
        )

    async def remove_of_key(self, key_proof: str) -> None:
        """All that were signed in with it."""
        await self._statements.execute(
            "DELETE FROM session WHERE key_proof = :key_proof", {"key_proof": key_proof}
        )

    async def add_sign_in(self, sign_in: SignIn) -> None:
        await self._statements.execute(
            "INSERT INTO sign_in (code_sha256, key_id, key_proof, expires_at) "
            "VALUES (:code_sha256, :key_id, :key_proof, :expires_at)",
            {"code_sha256": sign_in.code_sha256, **_until(sign_in.key, sign_in.expires_at)},
        )

    async def find_sign_in(self, code_sha256: str) -> tuple[SignIn, ApiKey | None] | None:
        row = await self._statements.fetch_one(
            f"SELECT kept.code_sha256, kept.key_id, kept.key_proof, kept.expires_at, {_OF_THE_KEY} "
            "FROM sign_in AS kept LEFT JOIN api_key ON api_key.id = kept.key_id "
            "WHERE kept.code_sha256 = :code_sha256",
            {"code_sha256": code_sha256},
        )
        if row is None:
            return None
        return SignIn(row["code_sha256"], _held(row), from_timestamp(row["expires_at"])), _key(row)

    async def take_sign_in(self, code_sha256: str) -> bool:
        """False when it is not there any more: of several who take it at once, one does."""
        return bool(
            await self._statements.execute(
                "DELETE FROM sign_in WHERE code_sha256 = :code_sha256", {"code_sha256": code_sha256}
            )
        )

    async def remove_sign_ins_of_key(self, key_proof: str) -> None:
        """All that would sign in with it."""
        await self._statements.execute(
            "DELETE FROM sign_in WHERE key_proof = :key_proof", {"key_proof": key_proof}
        )

    async def remove_expired(self, now: datetime) -> None:
        for table in ("session", "sign_in"):
            await self._statements.execute(
                f"DELETE FROM {table} WHERE expires_at <= :now", {"now": to_timestamp(now)}
            )


def _until(key: HeldKey, expires_at: datetime) -> dict[str, Any]:
    return {"key_id": key.id, "key_proof": key.proof, "expires_at": to_timestamp(expires_at)}


def _held(row: Row) -> HeldKey:
    return HeldKey(row["key_id"], row["key_proof"])


def _key(row: Row) -> ApiKey | None:
    return None if row["id"] is None else key_from_row(row)
