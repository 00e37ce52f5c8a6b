-- The answers to POST requests that had an Idempotency-Key, for a day. Of the
-- key only its SHA-256 is kept. `status` is NULL while the first request runs;
-- after lease_until another may take its place, with an attempt of its own.

CREATE TABLE `idempotency` (
  `user_id`     BINARY(16)        NOT NULL,
  `key_sha256`  BINARY(32)        NOT NULL,
  `body_sha256` BINARY(32)        NOT NULL,
  `attempt`     BINARY(16)        NOT NULL,
  `created_at`  DATETIME(6)       NOT NULL,
  `lease_until` DATETIME(6)       NOT NULL,
  `status`      SMALLINT UNSIGNED NULL,
  `headers`     BLOB              NULL,
  `body`        MEDIUMBLOB        NULL,
  PRIMARY KEY (`user_id`, `key_sha256`),
  KEY `created` (`created_at`),
  CONSTRAINT `idempotency_user` FOREIGN KEY (`user_id`)
    REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
