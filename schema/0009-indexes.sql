-- Lists that read no more rows than they return.

-- Of a user's jobs in one state.
ALTER TABLE `jobs` ADD KEY `user_state` (`user_id`, `state`, `id`);
