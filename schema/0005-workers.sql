-- What administrators look at: who works, what was counted, who changed what.

-- A worker writes its row every few seconds and takes it away when it stops;
-- one that died stays for a while, with its last sign of life.
CREATE TABLE `workers` (
  `name`        VARCHAR(96)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `host`        VARCHAR(64)     NOT NULL,
  `pid`         INT UNSIGNED    NOT NULL,
  `started_at`  DATETIME(6)     NOT NULL,
  `seen_at`     DATETIME(6)     NOT NULL,
  `jobs_done`   BIGINT UNSIGNED NOT NULL DEFAULT 0,
  `jobs_failed` BIGINT UNSIGNED NOT NULL DEFAULT 0,
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Sums that monitors ask for every few seconds, so they are not computed then:
-- 'jobs' with the label 'kind|result' counts attempts that ended; 'bytes' with
-- the label 'variants' is what they had at the last sweep.
CREATE TABLE `totals` (
  `name`  VARCHAR(16)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `label` VARCHAR(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `value` BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (`name`, `label`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- deleted_at: the user is gone for everybody; the row follows when the images
-- have been removed.
ALTER TABLE `users`
  ADD COLUMN `deleted_at` DATETIME(6) NULL,
  ADD KEY `admins` (`is_admin`, `disabled_at`);

ALTER TABLE `images` ADD KEY `status` (`status`);

ALTER TABLE `audit`
  MODIFY COLUMN `detail` VARCHAR(2000) NOT NULL,
  ADD KEY `actor` (`actor`, `id`),
  ADD KEY `action` (`action`, `id`);
