-- How many fetches of a user may wait or run at once; NULL is no limit. Anybody
-- can order those of the built-in user.

ALTER TABLE `tiers` ADD COLUMN `max_fetches` INT UNSIGNED NULL;

UPDATE `tiers` SET `max_fetches` = 100
  WHERE `id` = X'01900000000070008000000000000004';

-- For counting them.
ALTER TABLE `jobs` ADD KEY `waiting` (`user_id`, `kind`, `state`);
