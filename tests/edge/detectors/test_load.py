"""What is refused before the first frame, by name and with a remedy."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edge.detectors.catalog import Catalog, Model, Tensor, bundled_dir, read_catalog
from edge.detectors.digest import sha256_of
from edge.detectors.load import check_file, check_shapes, load_detector
from edge.detectors.session import Session
from lamplighter.contract.errors import SettingsError

pytestmark = pytest.mark.unit

Constant = Callable[..., Path]


def bundled() -> Model:
    return read_catalog().named("hog_person")


def test_no_model_means_the_bundled_one() -> None:
    assert load_detector().name == "hog_person"


def test_a_file_is_named_after_itself(constant_network: Constant) -> None:
    network = constant_network(np.zeros((1, 84, 6), np.float32), [1, 3, 64, 64], name="ours.onnx")
    assert load_detector(network).name == "ours"


def test_a_catalogued_file_given_by_path_keeps_its_catalogue_name() -> None:
    assert load_detector(bundled_dir() / "hog_person.onnx").name == "hog_person"


def test_a_name_that_is_not_in_the_catalogue_is_refused_with_the_names_that_are() -> None:
    with pytest.raises(SettingsError, match=r"'yolo9000'.*hog_person, yolox_nano_416"):
        load_detector("yolo9000")


def test_a_model_not_pulled_yet_says_how_to_pull_it(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"model yolox_nano_416: not on this machine .*lamplighter models pull yolox_nano_416"):
        load_detector("yolox_nano_416", models_dir=tmp_path)


def test_another_content_than_the_catalogues_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "yolox_nano_416.onnx").write_bytes(b"something else")
    with pytest.raises(SettingsError, match=r"model yolox_nano_416: sha256 of .* the catalogue says c789161e"):
        load_detector("yolox_nano_416", models_dir=tmp_path)


def test_other_shapes_than_the_catalogues_are_refused_all_at_once(constant_network: Constant) -> None:
    network = constant_network(np.zeros((1, 84, 6), np.float32), [1, 3, 64, 64])
    said = Tensor(dtype="float32", axes=(1, 3, 416, 416)), Tensor(dtype="float32", axes=(1, 3549, 85))
    with pytest.raises(SettingsError) as refusal:
        check_shapes(bundled().model_copy(update={"name": "nano", "input": said[0], "output": said[1]}), Session(network))
    assert [problem.split(";")[0] for problem in refusal.value.problems] == [
        "model nano: input is float32 1x3x64x64, the catalogue says float32 1x3x416x416",
        "model nano: output is float32 1x84x6, the catalogue says float32 1x3549x85",
    ]


def test_the_bundled_file_is_the_one_the_catalogue_means() -> None:
    check_file(bundled(), bundled_dir() / "hog_person.onnx")
    assert bundled().bytes == (bundled_dir() / "hog_person.onnx").stat().st_size


@pytest.mark.parametrize(
    ("output", "axes"),
    [
        ((1, 84, 7), [1, 3, 64, 64]),  # neither COCO nor person
        ((1, 80, 85), [1, 3, 64, 64]),  # not the rows of three grids
        ((1, 84, 6), [1, 1, 64, 64]),  # grey
        ((1, 85, 2, 2), [1, 3, 64, 64]),  # one grid of maps
        ((1, 84, 6), [1, 3, "height", "width"]),  # unknown grid
    ],
)
def test_shapes_of_no_family_are_refused_and_shown(
    constant_network: Constant, output: tuple[int, ...], axes: list[int | str]
) -> None:
    network = constant_network(np.zeros(output, np.float32), axes, name="odd.onnx")
    with pytest.raises(SettingsError, match=r"model odd.onnx: float32 1x.* -> float32 1x.* is no family known here"):
        load_detector(network)


def test_a_network_with_two_outputs_of_no_family_is_refused(constant_network: Constant) -> None:
    network = constant_network(np.zeros((1, 84, 6), np.float32), [1, 3, 64, 64], outputs=2)
    with pytest.raises(SettingsError, match=r"1x84x6 \+ float32 1x84x6 is no family known here"):
        load_detector(network)


def test_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text.onnx"
    text.write_text("not a network", "utf-8")
    with pytest.raises(SettingsError, match=r"text.onnx: is no network that onnxruntime opens"):
        load_detector(text)


def test_an_absent_file_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"'nowhere.onnx': no such file"):
        load_detector("nowhere.onnx")


def test_a_provider_this_machine_lacks_is_refused_with_those_it_has() -> None:
    with pytest.raises(SettingsError, match=r"providers = NoSuchProvider: .*CPUExecutionProvider"):
        load_detector(providers=("NoSuchProvider",))


def test_every_wrong_setting_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as refusal:
        load_detector(min_score=1.5, threads=0, smallest_person_share=0.0)
    assert [problem.split(" = ")[0] for problem in refusal.value.problems] == [
        "detector: min_score",
        "detector: threads",
        "detector: smallest_person_share",
    ]


def test_every_model_has_a_card_and_each_card_a_model() -> None:
    cards = {card.stem for card in (Path(__file__).parents[3] / "docs" / "models").glob("*.md")} - {"README"}
    assert cards == {model.name for model in read_catalog().model}


def test_a_name_twice_in_the_catalogue_is_refused() -> None:
    with pytest.raises(ValueError, match="hog_person: named more than once"):
        Catalog(model=(bundled(), bundled()))


def test_the_digest_of_an_unreadable_file_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        sha256_of(tmp_path)
