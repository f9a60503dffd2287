"""HTTP: resources, authentication, the request log, the rendering of errors."""
