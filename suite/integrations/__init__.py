"""The faces that other tools see."""
