-- What a library of schema 4 may hold, nothing of it in the index yet; the number is put beside it.
INSERT INTO image (id, guid, owner, filename, filename_key, prompt, search_text, tags, author, status,
    visibility, generator, model, parameters, storage_key, media_type, width, height, size_bytes, sha256, looks,
    created_at, updated_at, deleted_at)
VALUES
(1, '01939f2e-0000-7000-8000-000000000001', 'alice', 'Cat.png', 'cat.png', 'a cat 🐈', ' a cat | ',
    '["x"]', 'Alice', 'ready', 'private', 'openai', 'gpt-image-2', '{"size":"auto"}', '2026/11/20/one.png',
    'image/png', 48, 32, 1024, 'ab', '0f0f0f0f0f0f0f0f',
    '2026-11-20 12:00:00.000001', '2026-11-20 12:00:30.000002', NULL),
(2, '01939f2e-0000-7000-8000-000000000002', 'bob', 'dog', 'dog', 'a dog', ' a dog | ', '[]', 'Bob',
    'failed', 'public', 'sketch', 'sketch', '{}', NULL, NULL, NULL, NULL, NULL, NULL, NULL,
    '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', NULL),
(3, '01939f2e-0000-7000-8000-000000000003', 'carol', 'fox', 'fox', 'a fox', ' a fox | ', '[]', 'Carol',
    'ready', 'public', 'sketch', 'sketch', '{}', '2026/11/20/three.png', 'image/png', 1, 1, 1, 'cd', NULL,
    '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000', '1970-01-01 00:00:00.000000');
INSERT INTO attempt (id, image_id, owner, generator, model, storage_key, status, provider_request_id,
    usage_reported, error_code, error_detail, started_at, ended_at)
VALUES
(1, 1, 'alice', 'openai', 'gpt-image-2', '2026/11/20/lost', 'unknown', NULL, NULL, 'outcome_unknown', 'Lost.',
    '2026-11-20 12:00:00.000000', '2026-11-20 12:00:10.000000'),
(2, 1, 'alice', 'openai', 'gpt-image-2', '2026/11/20/one', 'succeeded', 'req_1', '{"total_tokens":7}', NULL, NULL,
    '2026-11-20 12:00:10.000000', '2026-11-20 12:00:30.000000'),
(3, 2, 'bob', 'sketch', 'sketch', '2026/11/20/two', 'failed', NULL, NULL, 'generator_failed', 'No picture.',
    '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000'),
(4, 3, 'carol', 'sketch', 'sketch', '2026/11/20/three', 'succeeded', NULL, NULL, NULL, NULL,
    '2026-11-20 12:00:00.000000', '2026-11-20 12:00:00.000000'),
(7, 99, '', 'sketch', 'sketch', '2026/11/20/gone', 'started', NULL, NULL, NULL, NULL,
    '2026-11-20 12:00:00.000000', NULL);
INSERT INTO image_change (image_id, gone) VALUES (1, '[]'), (2, '[]'), (3, '[]');
INSERT INTO api_key (id, owner, name, is_admin, secret_sha256, created_at)
VALUES ('key', 'alice', 'Alice', 1, 'ef', '2026-11-20 12:00:00.000000');
INSERT INTO secret (name, value) VALUES ('cursors', 'kept');
