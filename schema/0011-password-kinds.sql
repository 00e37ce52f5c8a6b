-- Which kinds of password hashes there are is asked once a minute.
ALTER TABLE `users` ADD KEY `password` (`password`);
