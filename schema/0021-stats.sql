-- What administrators' charts show. A row is what all hosts measured in one
-- minute (step_seconds 60, kept for 26 hours) or in one hour (3600, for 31
-- days): at most 2304 rows of at most 800 bytes. A value that was not measured
-- is NULL. request_times and decoder_times: how many times each bucket of the
-- histograms has, separated by spaces, without the zeros at the end.
CREATE TABLE `stats_steps` (
  `step_seconds`   SMALLINT UNSIGNED NOT NULL,
  `at`             DATETIME          NOT NULL,
  `requests`       BIGINT NULL,
  `errors`         BIGINT NULL,
  `refused`        BIGINT NULL,
  `uploads`        BIGINT NULL,
  `decoder_deaths` BIGINT NULL,
  `queued_high`    BIGINT NULL,
  `queued_normal`  BIGINT NULL,
  `queued_low`     BIGINT NULL,
  `oldest_seconds` BIGINT NULL,
  `workers`        BIGINT NULL,
  `images`         BIGINT NULL,
  `request_times`  VARCHAR(335) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `decoder_times`  VARCHAR(335) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`step_seconds`, `at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- The bytes of originals and variants of the users of a tier at the end of such
-- a step, of the eight tiers with the most bytes: at most 18432 rows.
CREATE TABLE `stats_tiers` (
  `step_seconds` SMALLINT UNSIGNED NOT NULL,
  `at`           DATETIME          NOT NULL,
  `tier`         VARCHAR(64)       NOT NULL,
  `bytes`        BIGINT            NOT NULL,
  PRIMARY KEY (`step_seconds`, `at`, `tier`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;
