"""The API of the page /zones: what may be asked, what is refused, and what stands in the answer."""

import json
from collections.abc import Iterator

import pytest

from console.app import create_app
from console.requests import Requests
from console.zones_words import TEXTS, problem_in_words
from lamplighter.contract.records import DECODERS, ENCODER, Answer, Command, Trial
from lamplighter.runtime.clock import FakeClock
from tests.console import seed
from tests.console.client import Client
from tests.console.test_pages import CHINESE, Elements

pytestmark = pytest.mark.unit

WISH = {"kind": "camera_view", "gateway": "gw-1", "camera": "cam-yard"}
JSON = {"content-type": "application/json"}


class Bench:
    """The console, and the commands it sent."""

    def __init__(self, school: seed.Seeded, clock: FakeClock) -> None:
        self.sent: list[Command] = []
        self.requests = Requests(
            school.sql, publish=lambda _topic, payload: self.sent.append(DECODERS["command"].decode(payload)), clock=clock
        )
        self.client = Client(create_app(school.view(), requests=self.requests))

    def ask(self, wish: object = WISH, **headers: str) -> tuple[int, dict[str, str]]:
        """Status and answer."""
        body = wish if isinstance(wish, bytes) else json.dumps(wish).encode()
        answer = self.client.post("/api/zones/requests", content=body, headers={**JSON, **headers})
        return answer.status_code, answer.json()

    def answer(self, **content: object) -> str:
        """Ask, let the gateway answer, and return the request's id."""
        name = self.ask()[1]["id"]
        self.requests.hear(seed.GATEWAY.topic("answer"), ENCODER.encode(Answer(command=name, at_ms=1, **content)))  # type: ignore[arg-type] # a test's content
        return name


@pytest.fixture
def bench(school: seed.Seeded, clock: FakeClock) -> Iterator[Bench]:
    made = Bench(school, clock)
    with made.client:
        yield made


def test_a_request_becomes_a_command_with_the_draft_as_text(bench: Bench) -> None:
    status, told = bench.ask({**WISH, "kind": "try_rules", "draft": {"rules": [{"kind": "fall"}]}})
    (command,) = bench.sent
    assert (status, told["id"]) == (202, command.id)
    assert json.loads(str(command.arguments["draft"])) == {"rules": [{"kind": "fall"}]}


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        (b"", 422),
        (b"\xff", 422),
        (b"[" * 50_000, 422),
        ({**WISH, "kind": "open_doors"}, 422),
        ({**WISH, "more": 1}, 422),
        ({**WISH, "camera": "cam-9"}, 404),
        ({**WISH, "gateway": "gw-9"}, 404),
        ({**WISH, "draft": {"x": "y" * 60_000}}, 413),
    ],
)
def test_what_may_not_be_asked_is_refused_and_not_sent(bench: Bench, wish: object, status: int) -> None:
    found, told = bench.ask(wish)
    assert (found, bool(told["error"]), bench.sent) == (status, True, [])


def test_a_form_of_another_site_is_refused(bench: Bench) -> None:
    assert bench.ask(**{"content-type": "text/plain"})[0] == 415
    assert bench.sent == []


def test_an_answer_comes_with_its_problems_in_both_languages(bench: Bench) -> None:
    line = "draft: rules.1.intrusion.zone = ((0, 0),): Value error, the outline crosses or touches itself"
    name = bench.answer(trial=Trial(camera="cam-yard", problems=[line]))
    (problem,) = bench.client.get(f"/api/zones/requests/{name}").json()["trial"]["problems"]
    assert (problem["list"], problem["number"], problem["key"], problem["line"]) == ("rules", 1, "zone", line)
    assert problem["zh"].startswith("边线自相交叉")


def test_the_files_are_there_once_the_gateway_has_answered(bench: Bench) -> None:
    name = bench.answer(trial=Trial(camera="cam-yard", settings="a = 1\n", piece="b = 2\n"))
    whole = bench.client.get(f"/zones/requests/{name}/settings.toml")
    assert (whole.text, whole.headers["content-disposition"]) == ("a = 1\n", 'attachment; filename="gateway.toml"')
    assert bench.client.get(f"/zones/requests/{name}/piece.toml").text == "b = 2\n"
    assert bench.client.get("/zones/requests/none/piece.toml").status_code == 404
    assert bench.client.get(f"/zones/requests/{name}/passwords.toml").status_code == 422


def test_a_refusal_is_told(bench: Bench) -> None:
    name = bench.answer(refused="camera cam-yard gave no picture within 5 s")
    assert bench.client.get(f"/api/zones/requests/{name}").json() == {
        "state": "answered",
        "refused": "camera cam-yard gave no picture within 5 s",
    }


def test_every_request_stands_on_the_page(bench: Bench) -> None:
    bench.answer(refused="<b>no</b>")
    bench.client.get(f"/api/zones/requests/{bench.sent[0].id}")
    html = bench.client.get("/zones?lang=en").text
    assert "snapshot · cam-yard" in html
    assert "192.0.2.7" in html
    assert "&lt;b&gt;no&lt;/b&gt;" in html


def test_without_a_broker_the_page_says_what_to_set(school: seed.Seeded) -> None:
    with Client(create_app(school.view())) as client:
        assert "set [gateway_broker] in its settings file" in client.get("/zones?lang=en").text
        assert client.post("/api/zones/requests", content=b"{}", headers=JSON).status_code == 404


def test_both_pages_say_the_same_and_hold_nothing_the_policy_refuses(bench: Bench) -> None:
    english, chinese = (Elements(bench.client.get(f"/zones?lang={language}").text) for language in ("en", "zh"))
    assert [tag for tag, _given in english.found] == [tag for tag, _given in chinese.found]
    assert CHINESE.findall(english.text) == ["中文"]
    assert not [tag for tag, given in english.found if tag == "style" or "style" in given]
    assert not [given for _tag, given in english.found for name in given if name.startswith("on")]


def test_every_word_stands_in_both_languages() -> None:
    assert [key for key, word in TEXTS.items() if not CHINESE.search(word.zh) or CHINESE.search(word.en)] == []


def test_a_line_of_another_shape_is_told_as_it_is() -> None:
    assert problem_in_words("draft: is not valid JSON") == {
        "zh": "draft: is not valid JSON",
        "en": "draft: is not valid JSON",
        "line": "draft: is not valid JSON",
    }
