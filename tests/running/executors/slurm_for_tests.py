"""A Slurm of one machine on loopback: Debian's slurmctld, slurmd and munged, as root, in a folder of their own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

CONFIGURATION = """\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket,cred_expire=5
CredType=cred/munge
SlurmUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SchedulerParameters=sched_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobRequeue=1
ReturnToService=2
SlurmdTimeout=5
MessageTimeout=5
KillWait=2
InactiveLimit=0
MinJobAge=10
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=2000 State=UNKNOWN
PartitionName=tests Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
PROGRAMS = ("munged", "mungekey", "slurmctld", "slurmd", "sbatch", "squeue")


def is_possible() -> bool:
    """Whether Debian's packages slurm-wlm and munge are here, and we may run them."""
    return os.geteuid() == 0 and all(shutil.which(name, path=_PATH) for name in PROGRAMS)


_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


class Slurm:
    """The daemons below ``folder``; what asks them finds them by SLURM_CONF."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        for name in ("state", "spool"):
            (folder / name).mkdir(parents=True)
        with socket.socket() as one, socket.socket() as other:
            for port in (one, other):
                port.bind(("127.0.0.1", 0))
            ports = [port.getsockname()[1] for port in (one, other)]
        text = CONFIGURATION.format(host=socket.gethostname(), folder=folder, ports=ports, cores=os.cpu_count())
        (folder / "slurm.conf").write_text(text)
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        folder.chmod(0o755)

    def start(self) -> None:
        key = self.folder / "munge.key"
        subprocess.run(["mungekey", "--create", f"--keyfile={key}"], check=True, env=self._variables())
        files = [f"--{name}-file={self.folder}/munge.{name}" for name in ("pid", "log", "seed")]
        self._begin(
            "munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket", *files
        )
        self._wait(lambda: (self.folder / "munge.socket").exists())
        self._begin("slurmctld", "-D")
        self.start_node()

    def start_node(self) -> None:
        self._begin("slurmd", "-D")
        # A job that waited for it may be on it at once; * is said of one that does not answer.
        up = {"idle", "mixed", "allocated"}
        self._wait(lambda: self.said("sinfo", "--noheader", "--format=%T").strip() in up)

    def kill_node(self) -> None:
        """Kill the node's daemon and whatever runs on it, as a power cut does."""
        jobs = self.said("ps", "-eo", "pid,args").splitlines()
        node = self._running.pop("slurmd")
        for line in jobs:
            pid, _, words = line.strip().partition(" ")
            if ("slurmstepd" in words or "submitit" in words) and self._is_ours(pid):
                subprocess.run(["kill", "-9", pid], check=False, capture_output=True)
        node.kill()
        node.wait()

    def _is_ours(self, pid: str) -> bool:
        """Whether a process was started for this cluster and no other on the machine."""
        with suppress(OSError):
            return f"SLURM_CONF={self.folder}/".encode() in Path("/proc", pid, "environ").read_bytes()
        return False

    def stop(self) -> None:
        subprocess.run(["scancel", "--me"], check=False, env=self._variables(), capture_output=True)
        for process in reversed(self._running.values()):
            process.kill()
            process.wait()
        os.environ.pop("SLURM_CONF", None)

    def said(self, *command: str) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=self._variables())
        return done.stdout

    def _begin(self, *command: str) -> None:
        log = (self.folder / f"{command[0]}.out").open("ab")
        with log:
            self._running[command[0]] = subprocess.Popen(command, stdout=log, stderr=log, env=self._variables())

    def _variables(self) -> dict[str, str]:
        return os.environ | {"PATH": _PATH}

    def _wait(self, so_far: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 60
        while not so_far():
            assert time.monotonic() < deadline, f"see the logs in {self.folder}"
            time.sleep(0.1)
