"""The address at which a file is put, as S3 understands it in every region."""

from urllib.parse import parse_qs, urlsplit

import pytest

from postroom.bootstrap import aws
from postroom.users.imports.files import S3Files
from postroom.users.imports.model import Format
from tests.fakes.tables import ENVIRONMENT
from tests.fakes.time import NOON


def test_an_upload_goes_to_its_own_region_with_the_present_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)

    upload = S3Files(aws.s3_for_addresses(local=False), "contents").upload("ten_a", "imp_1", Format.CSV, NOON)

    url = urlsplit(upload.url)
    query = parse_qs(url.query)
    assert (url.scheme, url.netloc) == ("https", "contents.s3.eu-central-1.amazonaws.com")
    assert url.path == "/imports/ten_a/imp_1/source"
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["3600"]
    assert query["X-Amz-SignedHeaders"] == ["host"]
