-- focus: the point of the upright picture that cover crops keep, in
-- ten-thousandths of its width and height.
ALTER TABLE `images`
  ADD COLUMN `focus_x` SMALLINT UNSIGNED NULL,
  ADD COLUMN `focus_y` SMALLINT UNSIGNED NULL;

-- A recipe with all of its parts has up to 58 characters:
-- 8191x8191-cover-south-west-gray-blur100-sharp-q100@2x.jpeg.
ALTER TABLE `tier_sizes`
  MODIFY COLUMN `variant` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
    NOT NULL;

ALTER TABLE `variants`
  MODIFY COLUMN `variant` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
    NOT NULL;

ALTER TABLE `jobs`
  MODIFY COLUMN `variant` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
    NULL;

ALTER TABLE `links`
  MODIFY COLUMN `variant` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
    NOT NULL;
