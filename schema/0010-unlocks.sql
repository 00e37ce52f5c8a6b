-- How often an administrator had the wrong passwords for a user forgotten: they
-- are counted for the name and this number.
ALTER TABLE `users` ADD COLUMN `unlocks` INT UNSIGNED NOT NULL DEFAULT 0;
