"""Other people's gateways: pinned here, installed beside our own environment, never into it."""
