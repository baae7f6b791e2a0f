"""WeasyPrint's libraries are found without a search, and started one after the other."""

import shutil
import subprocess
import sys

import pytest

from generator.errors import RenderError
from generator.render.outputs import pdf, pdf_pango

WATCHED = """
import os, runpy, subprocess, sys
asked = []
sys.addaudithook(lambda event, words: asked.append(event) if event in ("subprocess.Popen", "os.posix_spawn") else None)
begin = runpy.run_path(sys.argv[1])["begin"]
{before}
begin()
print(len(asked))
"""

SLOW = """
#include <dlfcn.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>
typedef void *(*Sort)(void *, void **, int, void *, int, void **, int *);
void *FcFontSetSort(void *config, void **sets, int number, void *pattern, int trim, void **chars, int *result) {
    Sort sort = (Sort)dlsym(dlopen("libfontconfig.so.1", RTLD_LAZY), "FcFontSetSort");
    void *sorted = sort(config, sets, number, pattern, trim, chars, result);
    struct timespec delay = {0, DELAY * 1000000L};
    close(open("sorted", O_CREAT | O_WRONLY, 0600));
    nanosleep(&delay, 0);
    return sorted;
}
"""


def begun(before: str = "") -> str:
    command = [sys.executable, "-c", WATCHED.format(before=before), pdf_pango.__file__]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def test_no_program_is_started_to_find_the_libraries():
    if sys.platform == "linux":
        assert begun() == "0"


def test_libraries_that_their_names_do_not_give_are_searched_for():
    """Where dlopen knows no name, as outside of the folders of the system, find_library may."""
    spoilt = """
import ctypes.util, cffi
real, asked = cffi.FFI.dlopen, []
def by_names_alone(self, name, flags=0):
    if ctypes.util.find_library("m") is None:
        raise OSError("cannot load library " + name)
    return real(self, name, flags)
cffi.FFI.dlopen = by_names_alone
"""
    assert int(begun(spoilt)) > 0


def test_fontconfig_has_been_started_before_there_is_a_font_map():
    order = """
import cffi
real = cffi.FFI.dlopen
class Watched:
    def __init__(self, loaded): self.__dict__["loaded"] = loaded
    def __getattr__(self, name):
        if name in ("FcInit", "pango_ft2_font_map_new"): print(name)
        return getattr(self.loaded, name)
cffi.FFI.dlopen = lambda self, name, flags=0: Watched(real(self, name, flags))
"""
    after = "\nfrom weasyprint.text.fonts import FontConfiguration\nFontConfiguration()\n"
    command = [sys.executable, "-c", WATCHED.format(before=order) + after, pdf_pango.__file__]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    assert [word for word in said if not word.isdigit()] == ["FcInit", "pango_ft2_font_map_new"]


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("cc"), reason="a library is compiled and put first")
@pytest.mark.parametrize("delay", [150, 200, 250, 300])
def test_a_thread_of_pango_may_be_at_work_when_the_pdf_is_ready(tmp_path, monkeypatch, delay):
    """Pango sorts typefaces in a thread that nobody waits for: 200 ms more there, and every process crashed at its end.

    A busy machine did the same to one PDF in some thousands.
    """
    (tmp_path / "slow.c").write_text(SLOW.replace("DELAY", str(delay)))
    subprocess.run(["cc", "-shared", "-fPIC", "-o", "slow.so", "slow.c", "-ldl"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LD_PRELOAD", str(tmp_path / "slow.so"))
    monkeypatch.setattr(pdf, "_CRASHES", {})  # it would be started once more
    page = tmp_path / "page.html"
    page.write_text("<!DOCTYPE html><html lang=en><title>t</title><body><p>x")
    assert pdf.write_pdf(page, tmp_path / "x.pdf").pages == 1
    assert (tmp_path / "sorted").exists()  # by the library above
    with pytest.raises(RenderError, match="IsADirectoryError: "):  # nor does a failure end in a crash
        pdf.write_pdf(page, tmp_path)
