-- The job that deletes a user is named as the action is.
UPDATE jobs SET kind = 'delete_user' WHERE kind = 'purge_user';
