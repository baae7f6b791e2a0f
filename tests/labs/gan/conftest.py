"""A small judge and two barely trained GANs, shared by the tests of what is measured on them."""

from __future__ import annotations

import pytest
import torch

from generator.labs.gan.judge import train_judge
from generator.labs.gan.training import train_gan
from generator.workspace import Workspace

DIGITS = {"dataset": "embedded_mnist"}


@pytest.fixture(scope="session", autouse=True)
def one_thread_for_trainings():
    """The trainings below come before the fixture of every single test."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def judge(tmp_path_factory):
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    return train_judge(workspace, **DIGITS, training_images=400, epochs=12, batch_size=32)


@pytest.fixture(scope="session")
def small_gan(tmp_path_factory):
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    return train_gan(workspace, **DIGITS, training_images=128, ngf=4, ndf=4, nz=8, epochs=1, batch_size=64)


@pytest.fixture(scope="session")
def small_cgan(tmp_path_factory):
    workspace = Workspace("cpu", tmp_path_factory.mktemp("data"))
    return train_gan(
        workspace, **DIGITS, training_images=128, ngf=4, ndf=4, nz=8, epochs=1, batch_size=64, conditional=True
    )
