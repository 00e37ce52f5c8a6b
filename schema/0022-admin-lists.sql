-- Lists for administrators that read few rows more than they return.

-- The images of all users, newest first.
ALTER TABLE `images`
  ADD KEY `all_uploads` (`kind`, `id`),
  ADD KEY `all_status` (`kind`, `status`, `id`);

-- The users by the number of their images and by their bytes.
ALTER TABLE `users`
  ADD KEY `images` (`used_images`, `id`),
  ADD KEY `bytes` (`used_bytes`, `id`);
