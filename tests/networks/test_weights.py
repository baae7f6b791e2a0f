"""The table of weights against torchvision's own, and the real files where they are at hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.networks.weights import CHECKPOINTS, MEBIBYTE, WEIGHTS, weight_files

NETWORKS = ("alexnet", "mobilenet_v2", "resnet50", "squeezenet1_1", "vgg16")


def test_every_network_that_the_labs_name_is_there() -> None:
    assert set(NETWORKS) <= set(WEIGHTS)


@pytest.mark.parametrize("name", WEIGHTS)
def test_the_table_is_what_torchvision_states(name: str) -> None:
    from torchvision.models import get_model_weights

    theirs = get_model_weights(name).IMAGENET1K_V1
    ours = WEIGHTS[name]
    assert ours.url == theirs.url
    assert round(ours.size / MEBIBYTE, 3) == theirs.meta["_file_size"]
    assert re.fullmatch(r"[0-9a-f]{64}", ours.sha256)
    assert theirs.url.endswith(f"-{ours.sha256[:8]}.pth")


@pytest.mark.parametrize("name", WEIGHTS)
def test_torchvision_looks_for_the_file_where_we_put_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With TORCH_HOME at data/torch, the hub's loader finds our path and does not download."""
    import torch

    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    (path,) = weight_files(name, tmp_path)
    path.parent.mkdir(parents=True)
    torch.save({"weight": torch.ones(2)}, path)
    loaded = torch.hub.load_state_dict_from_url(WEIGHTS[name].url, progress=False, weights_only=True)
    assert torch.equal(loaded["weight"], torch.ones(2))


def test_the_slack_is_half_of_the_last_published_decimal() -> None:
    squeezenet = WEIGHTS["squeezenet1_1"]
    assert squeezenet.size_slack <= 0.0005 * MEBIBYTE + 1
    assert squeezenet.path == f"{CHECKPOINTS}/squeezenet1_1-b8a52dc0.pth"


def test_a_network_without_published_weights_is_a_key_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="narrow_vgg"):
        weight_files("narrow_vgg", tmp_path)
