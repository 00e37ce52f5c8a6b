-- variant_bytes: the sum over the variants of the user's images; it changes in
-- the transactions that change these, so nothing has to read all variants.
ALTER TABLE `users`
  ADD COLUMN `variant_bytes` BIGINT NOT NULL DEFAULT 0 AFTER `used_images`;

UPDATE `users` u
  JOIN (SELECT i.`user_id`, SUM(v.`bytes`) AS `bytes`
    FROM `variants` v JOIN `images` i ON i.`id` = v.`image_id`
    GROUP BY i.`user_id`) s ON s.`user_id` = u.`id`
  SET u.`variant_bytes` = COALESCE(s.`bytes`, 0);

-- What the last sweep had summed up.
DELETE FROM `totals` WHERE `name` = 'bytes';
