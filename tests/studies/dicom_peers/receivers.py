"""Who receives: a command that listens on `port` and keeps what comes in `folder`."""

import json
import sys

from studies.dicom_peers.peer import DicomPeer


def _gateway(acceptors):
    def start(folder, port):
        return [
            sys.executable, "-m", "suite.reference.dicom", "gateway", "--directory", str(folder),
            "--port", str(port), "--acceptors", str(acceptors),
        ]  # fmt: skip

    return start


def _storescp(folder, port):
    return ["storescp", "--fork", "-pdu", "131072", "-od", str(folder), str(port)]


def _dcmqrscp(folder, port):
    configuration = folder.parent / "dcmqrscp.cfg"
    configuration.write_text(
        f"NetworkTCPPort = {port}\nMaxPDUSize = 131072\nMaxAssociations = 32\n"
        "HostTable BEGIN\nHostTable END\nVendorTable BEGIN\nVendorTable END\n"
        f"AETable BEGIN\nANY-SCP {folder} RW (100000, 100gb) ANY\nAETable END\n"
    )
    return ["dcmqrscp", "-c", str(configuration)]


def _orthanc(folder, port):
    configuration = folder.parent / "orthanc.json"
    settings = {
        "StorageDirectory": str(folder), "IndexDirectory": str(folder.parent), "DicomPort": port,
        "HttpServerEnabled": False, "DicomCheckCalledAet": False, "DicomAlwaysAllowStore": True,
        "DicomThreadsCount": 32, "Plugins": [],
    }  # fmt: skip
    configuration.write_text(json.dumps(settings))
    return ["Orthanc", str(configuration)]


RECEIVERS = [
    DicomPeer("our gateway", _gateway(1)),
    DicomPeer("our gateway, 2 acceptors", _gateway(2)),
    DicomPeer("storescp --fork", _storescp, "storescp", "dcmtk"),
    DicomPeer("storescp --fork as packaged", _storescp, "storescp", "dcmtk", nodelay=False),
    DicomPeer("dcmqrscp", _dcmqrscp, "dcmqrscp", "dcmtk"),
    DicomPeer("Orthanc", _orthanc, "Orthanc", "orthanc"),
    DicomPeer("Orthanc as packaged", _orthanc, "Orthanc", "orthanc", nodelay=False),
]
