"""What a machine refuses a process: neither Loadledger nor the system is to blame."""

from __future__ import annotations

import errno
import resource

_ADVICE = {
    errno.ENOSPC: "free some space",
    errno.EDQUOT: "free some space",
    errno.EROFS: "choose another folder",
    errno.EACCES: "choose another folder, or have it opened to you",
    errno.EMFILE: "allow more of them: ulimit -n 4096",
    errno.ENFILE: "end what holds so many on this machine",
    errno.ENOMEM: "free some memory",
    errno.EAGAIN: "allow more processes: ulimit -u, or the container's limit of pids",
    errno.EPIPE: "",
    errno.EIO: "look at the disk",
    errno.EFBIG: "allow larger ones: ulimit -f unlimited",
}
_OF_A_PROCESS = (errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN)
_UNMAPPED = "failed to map segment"
"""How the loader says ENOMEM of a library."""
_NO_MEMORY = "there is no memory left"
_LOST = "error return without exception set"
"""What Python says where it had none for a MemoryError."""
_NO_THREAD = "can't start new thread"
"""How Python says EAGAIN of a thread."""


def advised(error: BaseException) -> str | None:
    """`error` in a line with what would mend it, if it says something of the machine."""
    match error:
        case OSError() if error.errno in _ADVICE:
            return "; ".join(filter(None, [str(error), _limit(error.errno), _ADVICE[error.errno]]))
        case MemoryError():
            return _line(_NO_MEMORY, errno.ENOMEM)
        case SystemError() if str(error) == _LOST and _limit(errno.ENOMEM):
            return _line(_NO_MEMORY, errno.ENOMEM)
        case ImportError() if _UNMAPPED in str(error):
            return _line(str(error), errno.ENOMEM)
        case RuntimeError() if str(error).startswith(_NO_THREAD):
            return f"{_NO_THREAD}; {_ADVICE[errno.EAGAIN]}"
    return None


def shortage(error: BaseException) -> str | None:
    """The same, if it is for want of files, processes or memory, which any step of ours may meet."""
    return None if isinstance(error, OSError) and error.errno not in _OF_A_PROCESS else advised(error)


def open_files() -> float:
    """So many this process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return float("inf") if soft == resource.RLIM_INFINITY else soft


def _line(what: str, number: int) -> str:
    return "; ".join(filter(None, [what, _limit(number), _ADVICE[number]]))


def _limit(number: int) -> str:
    """The limit that was met, where it is one of the process and no other."""
    if number == errno.EMFILE:
        return f"{open_files():g} is the most"
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if number == errno.ENOMEM and soft != resource.RLIM_INFINITY:
        return f"ulimit -v allows {soft >> 20} MiB"
    return ""
