"""What every answer made of server-sent events has in common."""

# A proxy that buffers would hold them back.
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
SILENCE_S = 15.0
"""After so long a comment keeps those between us from closing the connection."""

STILL_HERE = b": still here\n\n"
