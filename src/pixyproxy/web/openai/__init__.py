"""The face of OpenAI's Images API: its requests, answers, events and errors, over the same service."""
