# %% [markdown]
# # Compute here, write the report elsewhere
#
# This notebook computes results of a lab report where there is a GPU, and packs them into one file. Take the file home
# and say `genreport unpack results.genreport`: the report is then built there without computing and without data.
#
# Run the cells from top to bottom. If the machine is taken away in the middle, run them again on a new one: whatever
# was finished stays, and a training goes on from its last epoch, as long as the folder below outlives the machine.

# %%
SELECTION = __SELECTION__  # labs and questions, ["2-c", "2-de/q01"]; all where it is empty
PROFILE = "__PROFILE__"
COURSE = "__COURSE__"  # the folder of a course, or the name of an installed one; empty for the one that comes along
INSTALL = "__INSTALL__"  # what pip installs: a version, an address, or the name of a wheel in the folder below
FOLDER = "genreport"  # where results, checkpoints and data are kept

# %% [markdown]
# The folder: in Google's service it lies on your Drive, which asks for your consent; anywhere else it lies beside this
# notebook.

# %%
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

colab = importlib.util.find_spec("google") and importlib.util.find_spec("google.colab")
if colab:
    from google.colab import drive

    drive.mount("/content/drive")
    place = Path("/content/drive/MyDrive", FOLDER)
else:
    place = Path(FOLDER).absolute()
place.mkdir(parents=True, exist_ok=True)
os.environ.update(GENREPORT_CACHE=str(place / "cache"), GENREPORT_DATA=str(place / "data"))
print("Everything is kept in", place)


def run(*command, accept=(0,)):
    """Run a command and show what it says, as it says it."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in process.stdout:
        print(line, end="", flush=True)
    if process.wait() not in accept:
        raise SystemExit(f"{' '.join(command[:6])} ended with {process.returncode}; what was computed is kept")


# %% [markdown]
# Installing takes a minute; the torch that is here already is kept where it will do.

# %%
if importlib.util.find_spec("generator") is None:
    wheel = place / INSTALL
    run(sys.executable, "-m", "pip", "install", "--quiet", str(wheel if wheel.is_file() else INSTALL))
genreport = [sys.executable, "-m", "generator.cli"]
of_course = ["--course", COURSE] if COURSE else []
run(*genreport, "--version")

# %% [markdown]
# Data sets and weights are fetched once, and checked. What cannot be fetched is named, and the results that need it are
# left out.

# %%
run(*genreport, "fetch", "--profile", PROFILE, *of_course, accept=(0, 1))

# %% [markdown]
# The computing. It may take hours, and says how far it is.

# %%
page = ["--format", "html", "--output", str(place / "report")]
only = ["--only"] if SELECTION else []
run(*genreport, "build", *SELECTION, *only, "--profile", PROFILE, *of_course, *page, accept=(0, 1))

# %% [markdown]
# The pack, and in Google's service its download; elsewhere, take it from the folder.

# %%
pack = place / "results.genreport"
run(*genreport, "pack", *SELECTION, "--profile", PROFILE, *of_course, "--output", str(pack))
if colab:
    from google.colab import files

    files.download(str(pack))
