"""Images in a bucket of S3."""
