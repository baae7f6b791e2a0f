"""pydyf lists pages once and compresses at a level that is worth its time; what it writes reads the same."""

import subprocess
import sys
import zlib

import pytest

from generator.render.outputs import pdf_bytes

WRITTEN = """
import runpy, sys
from io import BytesIO
import pydyf
for _ in range(int(sys.argv[2])):
    runpy.run_path(sys.argv[1])["save"]()
pdf = pydyf.PDF()
seen = []
for number in range(3):
    stream = pydyf.Stream([b"0 0 m 9 %d l S" % place for place in range(5000)], compress=True)
    pdf.add_object(stream)
    pdf.add_page(pydyf.Dictionary({"Type": "/Page", "Contents": stream.reference}))
    seen.append(pdf.page_references)
    assert pdf.page_references == tuple(b"%d 0 R" % kid for kid in pdf.pages["Kids"][::3]), seen
assert len(seen[-1]) == 3
print((pdf.page_references is pdf.page_references), len(stream.data))
sys.stdout.flush()
sys.stdout.buffer.write(stream.data)
"""


def written(times: int) -> tuple[str, bytes]:
    command = [sys.executable, "-c", WRITTEN, pdf_bytes.__file__, str(times)]
    said, _, data = subprocess.run(command, check=True, capture_output=True).stdout.partition(b"\n")
    return said.split()[0].decode(), data


@pytest.mark.parametrize("times", [1, 2])
def test_the_same_is_written_with_less_ado(times):
    listed_once, data = written(times)
    before, plain = written(0)
    assert (before, listed_once) == ("False", "True")
    streams = [one.split(b"stream\n")[1].removesuffix(b"\nend") for one in (plain, data)]
    assert zlib.decompress(streams[0]) == zlib.decompress(streams[1])
    assert [one[1] for one in streams] == [0xDA, 0x9C]  # the levels that zlib notes: the highest, and the usual
