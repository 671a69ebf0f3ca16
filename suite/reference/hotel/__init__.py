"""A voice-call backend for hotels over HTTP and WebSocket, and its load tests: `suite run hotel`."""
