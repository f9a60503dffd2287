"""Other people's gateways and servers: pinned here, installed beside our own environment, never into it."""
