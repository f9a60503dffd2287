"""Where an S3 server is, which bucket of it may be used, and as whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Self
from urllib.parse import parse_qs, quote, unquote, urlsplit

import httpx2
import obstore
from obstore.store import S3Store

from tools.ways import WayClosedError

_FORM = "it must be http://KEY:SECRET@HOST:PORT/BUCKET?region=REGION, special characters as %3A"


@dataclass(frozen=True, slots=True)
class S3Address:
    """As one URL: `http://KEY:SECRET@HOST:PORT/BUCKET?region=REGION`."""

    endpoint: str
    bucket: str
    access_key_id: str
    secret_access_key: str
    region: str

    @classmethod
    def parse(cls, url: str) -> Self:
        parts = urlsplit(url)
        bucket = parts.path.strip("/")
        if not (parts.hostname and parts.username and parts.password and bucket) or "/" in bucket:
            raise WayClosedError(_FORM)
        host = parts.netloc.rpartition("@")[2]
        region = parse_qs(parts.query).get("region", ["us-east-1"])[0]
        return cls(
            f"{parts.scheme}://{host}", bucket, unquote(parts.username), unquote(parts.password), region
        )

    @property
    def url(self) -> str:
        scheme, _, host = self.endpoint.partition("://")
        account = f"{quote(self.access_key_id, safe='')}:{quote(self.secret_access_key, safe='')}"
        return f"{scheme}://{account}@{host}/{self.bucket}?region={self.region}"

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings of a service that keeps its images there."""
        return {
            "PIXYPROXY_IMAGES": f"s3://{self.bucket}",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
        }


def create_bucket(address: S3Address) -> None:
    store = S3Store(
        address.bucket,
        endpoint=address.endpoint,
        region=address.region,
        access_key_id=address.access_key_id,
        secret_access_key=address.secret_access_key,
        client_options={"allow_http": True},
    )
    url = obstore.sign(store, "PUT", "", timedelta(minutes=1))
    answer = httpx2.put(url, trust_env=False, timeout=30)
    if not answer.is_success:
        raise WayClosedError(f"it makes no bucket: {answer.status_code} {answer.text[:300]}")
