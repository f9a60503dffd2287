import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from pixyproxy.data.init import open_database
from pixyproxy.data.values import to_timestamp
from tests.upstream import RunningUpstream
from tools.mysql_process import free_port

from .conftest import Run, pixyproxy

KEY = "sk-test-of-the-doctor"


class Report(NamedTuple):
    exit_code: int
    findings: dict[str, str]
    """By part: `ok`, `WRONG` or `fixed`, and the sentence."""


def examined(environment: dict[str, str], *words: str) -> Report:
    result = pixyproxy(environment, "doctor", *words)
    assert result.stderr == ""
    lines = [line.split(maxsplit=2) for line in result.stdout.splitlines()]
    return Report(result.exit_code, {part: f"{verdict} {sentence}" for verdict, part, sentence in lines})


def wrong(environment: dict[str, str], *words: str) -> dict[str, str]:
    """What is wrong, by part; agrees with the exit code."""
    exit_code, findings = examined(environment, *words)
    found = {part: each.removeprefix("WRONG ") for part, each in findings.items() if each.startswith("WRONG")}
    assert exit_code == (1 if found else 0)
    return found


def picture_of(environment: dict[str, str]) -> Path:
    [file] = Path(environment["PIXYPROXY_DATA_DIR"], "images").rglob("*.png")
    return file


async def delete_all(database_url: str, at: datetime) -> None:
    database = open_database(database_url)
    sql = "UPDATE image SET deleted_at = :at, updated_at = :at"
    await database.execute(sql, {"at": to_timestamp(at)})
    await database.close()


def test_all_is_well_after_init(environment: dict[str, str], database_url: str) -> None:
    assert pixyproxy(environment, "init").exit_code == 0
    exit_code, findings = examined(environment)
    assert exit_code == 0
    connections = {"database", "images", "sketch", "default"}
    assert findings.keys() == connections | {"states", "index", "store", "content", "spool", "room"}
    name = "MySQL" if database_url.startswith("mysql") else "SQLite"
    assert findings["database"].startswith(f"ok {name} ")
    assert findings["default"] == "ok The default model is sketch."


def test_what_is_not_there_yet_is_told_and_not_made(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    exit_code, findings = examined(on_sqlite)
    assert exit_code == 1
    by = "`pixyproxy init` or `pixyproxy serve` makes it."
    assert findings["database"] == f"WRONG There is no library at {tmp_path}/data/pixyproxy.db yet; {by}"
    assert findings["images"] == f"WRONG {tmp_path}/data/images is not there yet; {by}"
    assert list(tmp_path.iterdir()) == []


def test_what_was_found_in_the_library_is_told_and_repaired_when_that_is_asked_for(
    run: Run, environment: dict[str, str]
) -> None:
    run("generate", "a red fox", "--size", "64x64")
    file = picture_of(environment)
    twin = file.with_name("01939f2e-7d7a-7cc3-98a1-3f5b0c6d2e11.png")
    twin.write_bytes(b"x")
    key = "/".join(twin.parts[-4:])
    assert "store" not in wrong(environment)  # it is younger than a day

    told = f"Bytes this database knows nothing of: 1 ({key})."
    for words in ((), ("--repair",)):
        sentence = wrong(environment, "--grace-hours", "0", *words)["store"]
        assert sentence.startswith(f"{told} Kept: is PIXYPROXY_DATABASE_URL the right one")
        assert twin.exists()
    report = examined(environment, "--grace-hours", "0", "--repair", "--force")
    assert (report.exit_code, report.findings["store"]) == (0, f"fixed {told} They are removed.")
    assert not twin.exists()
    assert file.exists()
    assert examined(environment, "--grace-hours", "0").exit_code == 0


def test_what_is_missing_stays_wrong_whatever_is_repaired(run: Run, environment: dict[str, str]) -> None:
    guid = run("generate", "a red fox", "--size", "64x64").stdout.strip()
    file = picture_of(environment)
    file.write_bytes(file.read_bytes()[::-1])
    assert wrong(environment, "--quick") == {}
    for words in ((), ("--repair",)):
        assert wrong(environment, *words) == {
            "content": f"Images whose bytes are not those that were stored: 1 ({guid}). "
            "Restore the files from a backup; the rows are kept."
        }
    file.unlink()
    assert "bytes are missing: 1" in wrong(environment, "--quick")["content"]


def test_what_was_deleted_is_well_for_as_long_as_the_setting_says(
    run: Run, environment: dict[str, str]
) -> None:
    guid = run("generate", "a red fox", "--size", "64x64").stdout.strip()
    asyncio.run(delete_all(environment["PIXYPROXY_DATABASE_URL"], datetime.now(UTC) - timedelta(days=2)))
    assert wrong(environment, "--repair") == {}
    shorter = environment | {"PIXYPROXY_TRASH_DAYS": "1"}
    told = f"Deleted images that are not removed yet: 1 ({guid})."
    assert wrong(shorter)["states"] == f"{told} --repair removes their bytes and rows."
    file = picture_of(environment)
    report = examined(shorter, "--repair")
    assert report.findings["states"] == f"fixed {told} Their bytes and rows are removed."
    assert (report.exit_code, file.exists()) == (0, False)


def test_without_a_folder_of_images_nothing_is_looked_for_in_it(
    with_library: dict[str, str], tmp_path: Path
) -> None:
    assert wrong(with_library | {"PIXYPROXY_IMAGES": f"{tmp_path}/elsewhere"}, "--repair").keys() == {
        "images"
    }


def test_force_alone_is_a_slip_of_the_fingers(with_library: dict[str, str]) -> None:
    result = pixyproxy(with_library, "doctor", "--force")
    assert result.exit_code == 2
    assert "--force goes with --repair." in result.stderr


def test_a_provider_that_answers_is_well(with_library: dict[str, str], upstream: RunningUpstream) -> None:
    exit_code, findings = examined(
        with_library | {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": upstream.base_url}
    )
    assert exit_code == 0
    assert findings["openai"].startswith("ok can be called: gpt-image-2, ")
    assert not any(call.billed for call in upstream.ledger())


def test_a_key_the_provider_refuses_is_told(with_library: dict[str, str], upstream: RunningUpstream) -> None:
    wrong = {"OPENAI_API_KEY": "pk-of-somebody-else", "OPENAI_BASE_URL": upstream.base_url}
    exit_code, findings = examined(with_library | wrong)
    assert exit_code == 1
    assert findings["openai"].startswith("WRONG The provider refused the key this service calls it with.")
    assert "pk-of-somebody-else" not in str(findings)
    assert findings["database"].startswith("ok")


def test_a_provider_that_cannot_be_reached_is_told(on_sqlite: dict[str, str]) -> None:
    nobody = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
    exit_code, findings = examined(on_sqlite | nobody)
    assert exit_code == 1
    assert findings["openai"].startswith("WRONG The generator could not be reached")


def test_an_sqlite_file_that_cannot_be_opened_is_told(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    exit_code, findings = examined(on_sqlite | {"PIXYPROXY_DATABASE_URL": f"sqlite:///{tmp_path}"})
    assert exit_code == 1
    assert findings["database"] == (
        f"WRONG The sqlite database at {tmp_path} cannot be used: unable to open database file"
    )


def test_a_file_that_is_no_database_is_told(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("Dear database, " * 100)
    exit_code, findings = examined(on_sqlite | {"PIXYPROXY_DATABASE_URL": f"sqlite:///{tmp_path}/letter"})
    assert exit_code == 1
    assert findings["database"].endswith("letter cannot be used: file is not a database")


@pytest.mark.parametrize(
    ("account", "reason"),
    [("root:open-sesame", "Access denied for user 'root'"), ("root", "Unknown database 'pixyproxy_nowhere'")],
)
def test_a_mysql_that_does_not_let_us_in_is_told(
    on_sqlite: dict[str, str], mysql_url: str, account: str, reason: str
) -> None:
    server = mysql_url.rpartition("@")[2].partition("/")[0]
    url = f"mysql://{account}@{server}/pixyproxy_nowhere"
    exit_code, findings = examined(on_sqlite | {"PIXYPROXY_DATABASE_URL": url})
    assert exit_code == 1
    assert findings["database"].startswith(f"WRONG The mysql database at {server} cannot be used: {reason}")
    assert "sesame" not in str(findings)


def test_a_mysql_that_is_not_there_is_told(on_sqlite: dict[str, str]) -> None:
    url = f"mysql://ada:open-sesame@127.0.0.1:{free_port()}/pixyproxy"
    exit_code, findings = examined(on_sqlite | {"PIXYPROXY_DATABASE_URL": url})
    assert exit_code == 1
    assert "cannot be used: Can't connect to MySQL server" in findings["database"]
    assert "sesame" not in str(findings)


def test_a_file_where_the_images_should_lie_is_told(on_sqlite: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    exit_code, findings = examined(on_sqlite | {"PIXYPROXY_IMAGES": f"{tmp_path}/file"})
    assert exit_code == 1
    assert findings["images"].startswith(f"WRONG {tmp_path}/file cannot be written: ")
    assert "File exists" in findings["images"]


def test_a_default_model_that_nobody_has_is_told(on_sqlite: dict[str, str]) -> None:
    exit_code, findings = examined(on_sqlite | {"PIXYPROXY_DEFAULT_MODEL": "flux"})
    assert exit_code == 1
    assert findings["generators"].startswith("WRONG PIXYPROXY_DEFAULT_MODEL names 'flux'")


def test_everything_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    exit_code, findings = examined(
        {
            "PIXYPROXY_DATA_DIR": f"{tmp_path}/data",
            "PIXYPROXY_DATABASE_URL": f"sqlite:///{tmp_path}/no/db",
            "PIXYPROXY_IMAGES": f"{tmp_path}/file",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": f"http://127.0.0.1:{free_port()}/v1",
        }
    )
    wrong = {part for part, finding in findings.items() if finding.startswith("WRONG")}
    assert (exit_code, wrong) == (1, {"database", "images", "openai"})


def test_while_images_are_moved_both_places_are_looked_at(run: Run, environment: dict[str, str]) -> None:
    run("generate", "a red fox", "--size", "64x64")
    old = str(picture_of(environment).parents[3])
    new = f"{old}-new"
    moving = environment | {"PIXYPROXY_IMAGES": new, "PIXYPROXY_IMAGES_BEFORE": old}
    report = examined(moving)
    assert report.exit_code == 0
    assert report.findings["images"] == f"ok {new} is not there yet; the first image makes it."
    assert report.findings["before"] == f"ok {old} can be read."
    assert report.findings["content"].startswith("ok")
    Path(new).mkdir(exist_ok=True)
    assert examined(moving).findings["images"] == f"ok {new} can be written."


def test_a_place_before_that_is_not_there_is_told_and_no_backup_asked_for(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    run("generate", "a red fox", "--size", "64x64")
    nowhere = {"PIXYPROXY_IMAGES": f"{tmp_path}/new", "PIXYPROXY_IMAGES_BEFORE": f"{tmp_path}/imagse"}
    assert wrong(environment | nowhere) == {
        "before": f"PIXYPROXY_IMAGES_BEFORE cannot be {tmp_path}/imagse: "
        f"There is no folder {tmp_path}/imagse."
    }
