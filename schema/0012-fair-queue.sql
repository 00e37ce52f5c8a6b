-- Users take turns: whoever queues many jobs does not keep others waiting.

-- Whose turn it is when the job is taken: its user's id; of the built-in user,
-- one of 16 that follow from the client's address. What an older program
-- queues shares one.
ALTER TABLE `jobs`
  ADD COLUMN `fair_key` BINARY(16) NOT NULL
    DEFAULT X'00000000000000000000000000000001' AFTER `user_id`;

UPDATE `jobs` SET `fair_key` = `user_id` WHERE `state` IN ('queued', 'running');

-- Few jobs are running: those whose lease has ended are found among them.
ALTER TABLE `jobs`
  ADD KEY `fair` (`state`, `priority`, `fair_key`, `run_after`, `id`),
  DROP KEY `lease`;
