"""A small trained network and few images, shared by the tests of what is measured on them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from generator.datasets import embedded_scenes
from generator.labs.adaptation.training import train_adaptation
from generator.labs.gan.comparison import compare_gan, pool_gans
from generator.labs.gan.judge import train_judge
from generator.labs.gan.measures import measure_gan
from generator.labs.gan.training import train_gan
from generator.labs.pretrained.classification import normalisation_effect
from generator.labs.pretrained.narrow_training import train_narrow_network
from generator.labs.transfer.comparison import compare_transfers
from generator.labs.transfer.features import extract_features
from generator.labs.transfer.heads import train_head
from generator.labs.transfer.layers import svm_by_layer
from generator.labs.visualising.saliency.cases import saliency_cases
from generator.results import Result, Table
from generator.workspace import Workspace

FEW = {"train": 8, "test": 4}


@pytest.fixture(scope="session", autouse=True)
def one_thread():
    """Before any training: two threads on a busy machine wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def few_images(monkeypatch):
    monkeypatch.setattr(embedded_scenes, "CROPS", FEW)


@pytest.fixture
def workspace(tmp_path):
    return Workspace("cpu", tmp_path)


@pytest.fixture(scope="session")
def network(tmp_path_factory):
    """A narrow VGG16 after a few epochs: better than chance, and far from perfect."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded_scenes, "CROPS", FEW)
        return train_narrow_network(
            Workspace("cpu", tmp_path_factory.mktemp("data")),
            architecture="narrow_vgg16", width=4, image_size=32, epochs=12, seed=0,
        )  # fmt: skip


@pytest.fixture(scope="session")
def features(network, tmp_path_factory):
    """Features of the small network for the few images, shared by everything that is fitted to them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded_scenes, "CROPS", FEW)
        return extract_features(
            Workspace("cpu", tmp_path_factory.mktemp("data")),
            network=network, dataset="embedded_scenes", layers=["relu2_2@2", "relu7", "fc8"], precision="float32",
        )  # fmt: skip


@pytest.fixture(scope="session")
def cases(network, tmp_path_factory):
    """The small network's saliency maps, and the photographs that are shown in other questions too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded_scenes, "CROPS", FEW)
        workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
        return saliency_cases(workspace, network=network, dataset="embedded_scenes", images=60)


@pytest.fixture(scope="session")
def fooled():
    """Changes of three images, in the form in which fooling images are kept."""
    differences = np.random.default_rng(0).normal(0, 0.02, (3, 3, 32, 32)).astype(np.float16)
    return Result(arrays={"differences": differences, "images": np.arange(3), "targets": np.array([3, 3, 9])})


@pytest.fixture(scope="session")
def made_images():
    """What is measured of images that were made for two classes, in the form in which it is compared."""
    rows = [{"class_name": name, "rank": rank, "roughness": 0.4} for rank, name in enumerate(("cat", "moon"), 1)]
    return Result({"photograph_roughness": 0.1}, {"classes": Table.of(rows)})


@pytest.fixture(scope="session")
def transfer(features, tmp_path_factory):
    """Linear classifiers on these features."""
    return svm_by_layer(Workspace("cpu", tmp_path_factory.mktemp("data")), features=features, reference="relu7")


@pytest.fixture(scope="session")
def heads(network, tmp_path_factory):
    """A new last layer on frozen features, and one with fine-tuning below it, each trained for two epochs."""
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded_scenes, "CROPS", FEW)
        return [
            train_head(workspace, network=network, dataset="embedded_scenes", epochs=2, tuned_from=block)
            for block in ("", "features.24")
        ]


@pytest.fixture(scope="session")
def pairs(transfer, tmp_path_factory):
    """A sweep over layers compared with itself, twice."""
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    return [compare_transfers(workspace, reference=transfer, other=transfer, layer="relu7")] * 2


@pytest.fixture(scope="session")
def normalisations(network, tmp_path_factory):
    """A network's answers with and without normalised inputs, twice."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedded_scenes, "CROPS", FEW)
        workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
        return [normalisation_effect(workspace, network=network, dataset="embedded_scenes")] * 2


@pytest.fixture(scope="session")
def adaptation(tmp_path_factory):
    """Two short trainings with a domain classifier, under the names of what takes such runs."""
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    domains = {"source": "embedded_mnist", "target": "embedded_mnist_m"}
    runs = [train_adaptation(workspace, **domains, epochs=2, epoch_images=200, seed=seed) for seed in (0, 1)]
    pair = {"first": runs[0], "second": runs[1]}
    return {"run": runs[0], "runs": runs, "naive": runs, "dann": runs, "target": runs, **pair}


@pytest.fixture(scope="session")
def gans(tmp_path_factory):
    """Hardly trained GANs, conditional but for "unlabelled", and their measures, by the names of parameters."""
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    digits = {"dataset": "embedded_mnist"}
    judge = train_judge(workspace, **digits, training_images=400, epochs=12, batch_size=32)
    settings = {**digits, "training_images": 64, "ngf": 2, "ndf": 2, "nz": 4, "epochs": 1, "batch_size": 32}
    gan = train_gan(workspace, **settings, conditional=True)
    measure = measure_gan(workspace, gan=gan, judge=judge, samples=2000, shown=4)
    usual = pool_gans(workspace, measures=[measure, measure])
    compared = compare_gan(workspace, setting=gan, usual_gan=gan, measures=[measure], usual=usual)
    return {
        "gan": gan, "judge": judge, "real": judge, "measure": measure, "measures": [measure, measure], "usual_gan": gan,
        "unlabelled": train_gan(workspace, **settings), "usual": usual, "setting": gan, "other": measure,
        "variants": [compared],
    }  # fmt: skip
