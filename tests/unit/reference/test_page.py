"""The page stands on its own: nothing of it comes from anywhere else."""

import base64
import gzip
import os
import re
from unittest.mock import patch

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from postroom.bootstrap.api import build_api
from postroom.reference.page import FILES
from postroom.settings import read_settings
from postroom.web.api import Api
from tests.fakes.http import request, send
from tests.fakes.settings import UNUSED
from tests.fakes.tables import ENVIRONMENT

LARGEST = 6_000_000
"""Bytes of an answer, by Lambda."""


@pytest.fixture(scope="module")
def api() -> Api:
    with patch.dict(os.environ, ENVIRONMENT):
        return build_api(read_settings(UNUSED))


def test_the_page_asks_for_its_own_parts_alone(api: Api) -> None:
    html = send(api, request("GET", "/v1/docs")).text
    addresses = re.findall(r'(?:src|href)="([^"]+)"', html)

    assert {address for address in addresses if address not in {"openapi.json", "data:,"}} == {
        f"docs/{name}" for name in FILES
    }


def test_the_page_has_no_script_or_style_of_its_own_that_a_policy_would_have_to_allow(api: Api) -> None:
    html = send(api, request("GET", "/v1/docs")).text

    assert not re.findall(r"<style|style=|<script(?![^>]*src=)|\son\w+=", html)


def test_a_strict_policy_goes_with_every_part(api: Api) -> None:
    for path in ("/v1/docs", *(f"/v1/docs/{name}" for name in FILES)):
        answer = send(api, request("GET", path))
        policy = answer.headers["Content-Security-Policy"]

        assert answer.status == 200, path
        assert "default-src 'none'" in policy
        assert "connect-src 'self'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert len(answer.text) < LARGEST


@pytest.mark.parametrize("name", FILES)
def test_a_part_says_what_it_is_and_who_has_it_is_told_so(api: Api, name: str) -> None:
    first = send(api, request("GET", f"/v1/docs/{name}"))
    again = send(api, request("GET", f"/v1/docs/{name}", headers={"if-none-match": first.headers["ETag"]}))

    assert first.headers["Content-Type"] == FILES[name][2]
    assert (again.status, again.text) == (304, "")


def test_it_goes_compressed_to_who_can_read_that(api: Api) -> None:
    plain = send(api, request("GET", "/v1/docs/swagger-ui.js"))
    packed = api(request("GET", "/v1/docs/swagger-ui.js", headers={"accept-encoding": "gzip, br"}), LambdaContext())

    assert packed["headers"]["Content-Encoding"] == "gzip"
    assert packed["isBase64Encoded"]
    assert gzip.decompress(base64.b64decode(packed["body"])).decode() == plain.text


@pytest.mark.parametrize("name", ["index.html", "__init__.py", "..", "%2e%2e", "page.py"])
def test_nothing_else_can_be_read_by_the_way(api: Api, name: str) -> None:
    assert send(api, request("GET", f"/v1/docs/{name}")).status == 404
