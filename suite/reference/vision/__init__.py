"""Parts of a home-camera pipeline (matching faces, buffering frames), and their load tests."""

from suite.reference.vision.camera_buffers import CameraBuffers
from suite.reference.vision.frame_buffer import FrameBuffer
from suite.reference.vision.matcher import UNKNOWN, HouseholdMatcher, cosine_similarity

__all__ = ["UNKNOWN", "CameraBuffers", "FrameBuffer", "HouseholdMatcher", "cosine_similarity"]
