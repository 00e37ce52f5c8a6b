-- Who is told of what. events: words of image.ready image.failed
-- image.deleted job.done job.failed. secret: the key that signs, in bytes.

CREATE TABLE `webhooks` (
  `id`          BINARY(16)    NOT NULL,
  `user_id`     BINARY(16)    NOT NULL,
  `url`         VARCHAR(2048) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `events`      VARCHAR(96)   CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `secret`      VARBINARY(64) NOT NULL,
  `created_at`  DATETIME(6)   NOT NULL,
  `disabled_at` DATETIME(6)   NULL,
  PRIMARY KEY (`id`),
  KEY `user` (`user_id`, `id`),
  CONSTRAINT `webhooks_user` FOREIGN KEY (`user_id`)
    REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- One message to one webhook, written in the transaction of what it tells of.
-- While it is pending, its job sends it. attempts counts all, tries those of
-- this job; next_at is when the job is due.
CREATE TABLE `webhook_deliveries` (
  `id`          BINARY(16)   NOT NULL,
  `webhook_id`  BINARY(16)   NOT NULL,
  `job_id`      BINARY(16)   NOT NULL,
  `event`       VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `payload`     MEDIUMTEXT   NOT NULL,
  `state`       ENUM('pending', 'delivered', 'failed') NOT NULL,
  `attempts`    INT UNSIGNED NOT NULL DEFAULT 0,
  `tries`       INT UNSIGNED NOT NULL DEFAULT 0,
  `created_at`  DATETIME(6)  NOT NULL,
  `next_at`     DATETIME(6)  NULL,
  `finished_at` DATETIME(6)  NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `job` (`job_id`),
  KEY `webhook` (`webhook_id`, `id`),
  KEY `finished` (`finished_at`),
  CONSTRAINT `webhook_deliveries_webhook` FOREIGN KEY (`webhook_id`)
    REFERENCES `webhooks` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- status: what the receiver answered, NULL when it did not.
CREATE TABLE `webhook_attempts` (
  `delivery_id` BINARY(16)   NOT NULL,
  `attempt`     INT UNSIGNED NOT NULL,
  `at`          DATETIME(6)  NOT NULL,
  `status`      INT UNSIGNED NULL,
  `ms`          INT UNSIGNED NOT NULL,
  `error`       VARCHAR(255) NULL,
  PRIMARY KEY (`delivery_id`, `attempt`),
  CONSTRAINT `webhook_attempts_delivery` FOREIGN KEY (`delivery_id`)
    REFERENCES `webhook_deliveries` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- For the sweep of jobs that have sent something.
ALTER TABLE `jobs` ADD KEY `kind` (`kind`, `finished_at`);
