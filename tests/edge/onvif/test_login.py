"""Proofs of a password against the published examples."""

import pytest

from edge.onvif.login import Challenges, Login

pytestmark = pytest.mark.unit


def test_basic_is_as_in_rfc_7617() -> None:
    proof = Challenges(('Basic realm="WallyWorld"',)).answer(Login("Aladdin", "open sesame"), method="GET", uri="/")
    assert proof == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def test_digest_is_as_in_rfc_2617(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.onvif.login.secrets.token_hex", lambda _bytes: "0a4f113b")
    challenge = (
        'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", '
        'opaque="5ccc069c403ebaf9f0171e9517f40e41"'
    )
    proof = Challenges((challenge,)).answer(Login("Mufasa", "Circle Of Life"), method="GET", uri="/dir/index.html")
    assert proof is not None
    assert 'response="6629fae49393a05397450978507c4ef1"' in proof
    assert 'opaque="5ccc069c403ebaf9f0171e9517f40e41"' in proof
    assert "qop=auth, nc=00000001" in proof


def test_digest_with_sha_256_is_as_in_rfc_7616_and_goes_before_md5(monkeypatch: pytest.MonkeyPatch) -> None:
    own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("edge.onvif.login.secrets.token_hex", lambda _bytes: own)
    rest = 'realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"'
    offered = Challenges((f"Digest {rest}, algorithm=MD5", f"Digest {rest}, algorithm=SHA-256"))
    proof = offered.answer(Login("Mufasa", "Circle of Life"), method="GET", uri="/dir/index.html")
    assert proof is not None
    assert 'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"' in proof


def test_a_scheme_nobody_knows_has_no_answer() -> None:
    assert Challenges(("Negotiate",)).answer(Login("a", "b"), method="GET", uri="/") is None
