-- What users' jobs cost, so that work is limited by its cost and not by the
-- number of requests.

-- cost_ms: estimated milliseconds of a decoder process. address: of a job of
-- the built-in user, the client's address (of IPv6, its /64).
ALTER TABLE `jobs`
  ADD COLUMN `cost_ms` INT UNSIGNED NOT NULL DEFAULT 0 AFTER `priority`,
  ADD COLUMN `address` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
    NULL AFTER `user_id`;

-- For summing up what a user or an address has waiting and running; it also
-- serves to count jobs of one kind, as the index did that it replaces.
ALTER TABLE `jobs`
  ADD KEY `pending` (`user_id`, `state`, `kind`, `address`, `cost_ms`),
  DROP KEY `waiting`;

-- max_pending_seconds: the sum of cost_ms that may wait or run at once.
-- max_enlarged_pixels: of a variant that is larger than its picture.
ALTER TABLE `tiers`
  ADD COLUMN `max_enlarged_pixels` BIGINT UNSIGNED NULL AFTER `max_pixels`,
  ADD COLUMN `max_pending_seconds` INT UNSIGNED NULL AFTER `max_fetches`;

-- Clients without an account get modest limits, unless an administrator has
-- chosen others.
UPDATE `tiers`
  SET `priority` = 2, `max_side` = 4096, `max_bytes` = 10485760,
    `max_enlarged_pixels` = 4000000, `quota_bytes` = 10737418240,
    `uploads_per_day` = 1000, `max_pending_seconds` = 30
  WHERE `id` = X'01900000000070008000000000000004'
    AND `name` = 'Anonymous' AND `any_size` = TRUE AND `max_side` = 9999
    AND `original` = FALSE AND `links` = FALSE
    AND `link_min` = 300 AND `link_max` = 30000
    AND `max_bytes` IS NULL AND `max_pixels` = 24000000
    AND `quota_bytes` IS NULL AND `uploads_per_day` IS NULL
    AND `requests_per_minute` = 60 AND `priority` = 1
    AND `retention_days` = 1 AND `fetch` = TRUE
    AND `max_fetches` = 100 AND `animated` = FALSE
    AND `formats` = 'jpeg png gif webp tiff bmp'
    AND (SELECT GROUP_CONCAT(`variant` ORDER BY `position` SEPARATOR ' ')
      FROM `tier_sizes` WHERE `tier_id` = X'01900000000070008000000000000004')
      = '100x100 100x100-cover 100x100-exact';
