"""Rows and bytes: repositories, SQL, the image store."""
