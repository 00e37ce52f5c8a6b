/* setup.c: pixtierctl setup, which makes all that an installation needs. */
#include "config.h"

#include "admin/setup.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "admin/command.h"
#include "admin/doctor.h"
#include "admin/password.h"
#include "admin/site.h"
#include "admin/terminal.h"
#include "lib/base/account.h"
#include "lib/base/base_url.h"
#include "lib/base/conf.h"
#include "lib/base/log.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/db/database.h"
#include "lib/db/db.h"
#include "lib/db/migrate.h"
#include "lib/model/tier.h"
#include "lib/model/user.h"
#include "lib/service/admin.h"
#include "lib/service/keyring.h"
#include "lib/store/store.h"

enum {
	MAX_SETTINGS = 8,
	MAX_ANSWER = 256,
	MAX_HOST = 253,
	MAX_SITE = 1 << 18,
	MIGRATION_WAIT_SECONDS = 60,
	DELIVERY_TRIES = 20,
	DELIVERY_PAUSE_MS = 250
};

static const char no_name[] = "http://localhost";

struct setup {
	struct call *call;
	struct work *work;
	const char *file; /* the settings */
	const struct setup_server *server;
	struct setup_setting wanted[MAX_SETTINGS]; /* that are not set yet */
	size_t wanted_count;
	const char *did, *undo; /* what the last step did */
};

/* Questions */

static bool may_ask(const struct setup *s)
{
	return terminal_is_there() && !s->call->options[OPTION_YES];
}

static bool ask(const char **answer, struct setup *s, const char *question)
{
	char line[MAX_ANSWER];

	fprintf(stderr, "%s: ", question);
	if (!fgets(line, sizeof(line), stdin) || !strchr(line, '\n'))
		return fail(s->work, ERR_CONFLICT,
			    "an answer of at most %d bytes is expected",
			    MAX_ANSWER - 2);
	line[strcspn(line, "\n")] = '\0';
	*answer = pool_strdup(s->work->pool, line);
	return true;
}

/* Returns the value of the option; without it asks, or says that the option is
   needed. */
static bool get(const char **value, struct setup *s, enum command_option option,
		const char *question, const char *flags)
{
	*value = s->call->options[option];
	if (*value)
		return true;
	if (may_ask(s))
		return ask(value, s, question);
	return fail(s->work, ERR_BAD_REQUEST, "%s: give %s", question, flags);
}

/* What is missing in the settings */

static void want(struct setup *s, const char *name, const char *value,
		 const char *current)
{
	if (strcmp(value, current))
		s->wanted[s->wanted_count++] =
			(struct setup_setting){ name, value };
}

/* "pictures.example.org", or "www.example.org/pictures". */
static bool is_name(const struct setup *s, const char *name)
{
	static const char safe[] = "abcdefghijklmnopqrstuvwxyz0123456789.-";
	const size_t host = strcspn(name, "/");

	return host && host <= MAX_HOST && strspn(name, safe) >= host &&
	       base_url_is_valid(
		       pool_printf(s->work->pool, "https://%s", name));
}

/* A URL that has TLS keeps it. */
static bool want_base_url(struct setup *s)
{
	const struct conf *conf = s->work->conf;
	const char *name, *secure;

	if (!s->call->options[OPTION_NAME] && strcmp(conf->base_url, no_name))
		return true;
	if (!get(&name, s, OPTION_NAME,
		 "Name of this host that clients use, such as "
		 "pictures.example.org",
		 "--name HOST"))
		return false;
	if (!is_name(s, name))
		return fail(s->work, ERR_BAD_REQUEST,
			    "name: a host name in lower case is expected, "
			    "perhaps with a path such as /pictures, not "
			    "\"%s\"",
			    name);
	secure = pool_printf(s->work->pool, "https://%s", name);
	want(s, "base_url",
	     s->call->options[OPTION_TLS] || !strcmp(conf->base_url, secure)
		     ? secure
		     : pool_printf(s->work->pool, "http://%s", name),
	     conf->base_url);
	return true;
}

/* The sockets of the packages of MariaDB and MySQL. */
static const char *find_socket(void)
{
	static const char *const sockets[] = {
		"/run/mysqld/mysqld.sock",
		"/var/lib/mysql/mysql.sock",
		"/tmp/mysql.sock",
	};
	struct stat st;

	for (size_t i = 0; i < ARRAY_LEN(sockets); i++)
		if (!stat(sockets[i], &st) && S_ISSOCK(st.st_mode))
			return sockets[i];
	return NULL;
}

/* On a new host it does not answer yet, which is no error. */
static bool has_database(struct setup *s)
{
	bool answers;

	log_pause();
	answers = db_server_version(s->work);
	log_resume();
	return answers;
}

/* A settings file that names a socket or another host keeps it. */
static bool want_database(struct setup *s)
{
	const struct conf *conf = s->work->conf;
	const bool named = s->call->options[OPTION_DB_HOST];
	const char *socket = named ? NULL : find_socket();
	const char *host;

	if (has_database(s) && !named)
		return true;
	if (!*conf->db_password)
		want(s, "db_password", password_generate(s->work->pool), "");
	if (!named && (*conf->db_socket || strcmp(conf->db_host, "localhost")))
		return true;
	if (socket) {
		want(s, "db_socket", socket, conf->db_socket);
		return true;
	}
	if (!get(&host, s, OPTION_DB_HOST,
		 "No database runs here. Host of the database",
		 "--db-host HOST and --db-password-stdin, or start MariaDB"))
		return false;
	want(s, "db_socket", "", conf->db_socket);
	want(s, "db_host", host, conf->db_host);
	return true;
}

static bool want_server(struct setup *s)
{
	const struct conf *conf = s->work->conf;
	const char *group, *delivery;

	if (!setup_server_find(&s->server, s->work,
			       s->call->options[OPTION_SERVER]))
		return false;
	group = setup_server_group(s->server);
	delivery = site_delivery(setup_server_name(s->server));
	want(s, "delivery", delivery,
	     conf->delivery == DELIVERY_ACCEL ? "accel" : "sendfile");
	if (!*conf->socket_group)
		want(s, "socket_group", group, "");
	if (!*conf->store_group)
		want(s, "store_group", group, "");
	return true;
}

/* The steps. Each has a question whether it is done, and does it. */

static void close_db(void *db)
{
	db_close(db);
}

static void free_keys(void *keys)
{
	keyring_free(keys);
}

/* Reads the settings again. What was read before stays until the end. */
static bool load_settings(struct setup *s)
{
	struct work *work = s->work;
	struct conf *conf = pool_alloc(work->pool, sizeof(*conf));

	if (!conf_load(conf, work, s->file))
		return false;
	work->conf = conf;
	work->db = db_open(conf);
	pool_defer(work->pool, close_db, work->db);
	work->keys = keyring_new(conf);
	pool_defer(work->pool, free_keys, work->keys);
	return true;
}

static bool has_settings(struct setup *s)
{
	return !s->wanted_count;
}

static bool write_settings(struct setup *s)
{
	struct work *work = s->work;
	struct account account;
	const char *before, *text, *names = "";

	for (size_t i = 0; i < s->wanted_count; i++)
		names = text_add_word(work->pool, names, s->wanted[i].name);
	s->did = pool_printf(work->pool, "set %s in %s", names, s->file);
	s->undo = "remove these lines from the file";
	return account_find(&account, work) &&
	       setup_file_read(&before, work, s->file) &&
	       setup_file_edit(&text, work, before, s->wanted,
			       s->wanted_count) &&
	       setup_file_write(work, s->file, text, 0640, account.gid) &&
	       load_settings(s);
}

static bool create_database(struct setup *s)
{
	const struct conf *conf = s->work->conf;
	const char *admin_name = s->call->options[OPTION_DB_ADMIN];
	struct conf admin = *conf;

	admin.db_user = admin_name ? admin_name : "root";
	admin.db_password = "";
	admin.db_name = "information_schema";
	s->did = pool_printf(s->work->pool,
			     "created the database %s and the account %s",
			     conf->db_name, conf->db_user);
	s->undo = pool_printf(s->work->pool,
			      "DROP DATABASE %s and DROP USER %s, which "
			      "deletes all users and images",
			      conf->db_name, conf->db_user);
	if ((s->call->options[OPTION_DB_PASSWORD_STDIN] ||
	     (!*conf->db_socket && may_ask(s))) &&
	    !password_ask(&admin.db_password, s->work,
			  "Password of the database's administrator: "))
		return false;
	return database_create(s->work, &admin) && has_database(s);
}

static bool has_schema(struct setup *s)
{
	struct migrations migrations;

	return migrate_status(&migrations, s->work) && !migrations.pending;
}

static bool apply_schema(struct setup *s)
{
	s->did = "created the tables of the database";
	s->undo = "none is needed: pixtier only adds to its tables";
	return migrate_apply(s->work, MIGRATION_WAIT_SECONDS, NULL);
}

static bool has_store(struct setup *s)
{
	struct stat st;

	return !stat(pool_printf(s->work->pool, "%s/objects/ff",
				 s->work->conf->store_dir),
		     &st);
}

static bool open_store(struct work *work, void *arg)
{
	struct store *store = pool_alloc(work->pool, sizeof(*store));

	(void)arg;
	return store_open(store, work);
}

static bool make_store(struct setup *s)
{
	const char *dir = s->work->conf->store_dir;

	s->did = pool_printf(s->work->pool, "made the folders in %s", dir);
	s->undo = "remove them, which deletes all pictures";
	return account_run(s->work, open_store, NULL);
}

static bool has_key(struct setup *s)
{
	return !access(s->work->conf->keys_file, F_OK);
}

static bool make_key(struct setup *s)
{
	struct key key;

	s->did = pool_printf(s->work->pool, "made the key in %s",
			     s->work->conf->keys_file);
	s->undo = "remove the file, which invalidates all links";
	if (!keyring_rotate(&key, s->work, 0))
		return false;
	explicit_bzero(key.secret, sizeof(key.secret));
	return true;
}

static bool has_administrator(struct setup *s)
{
	bool has = false;

	return user_has_administrator(&has, s->work) && has;
}

static bool add_administrator(struct setup *s)
{
	const char *name = s->call->options[OPTION_ADMINISTRATOR];
	const char *password = password_generate(s->work->pool);
	const struct actor actor = command_actor(s->call);
	struct user user = { .username = name ? name : "admin",
			     .is_admin = true };
	struct tier tier;

	s->did = pool_printf(s->work->pool,
			     "added %s with the password %s, which is shown "
			     "only now",
			     user.username, password);
	s->undo = pool_printf(s->work->pool, "pixtierctl user delete %s",
			      user.username);
	return tier_by_name(&tier, s->work, "Enterprise") &&
	       admin_add_user(&user, s->work, &actor, &tier, password);
}

static bool has_site(struct setup *s)
{
	return setup_server_has_site(s->server);
}

static void close_stream(void *stream)
{
	fclose(stream);
}

/* TLS is for an URL that has it, so that another run without options makes the
   same site. */
static bool site_text(const char **text, struct setup *s)
{
	struct pool *pool = s->work->pool;
	char *bytes = pool_alloc(pool, MAX_SITE);
	FILE *out = fmemopen(bytes, MAX_SITE, "w");

	if (!out)
		return fail_errno(s->work, "fmemopen");
	pool_defer(pool, close_stream, out);
	if (text_starts(s->work->conf->base_url, "https://"))
		s->call->options[OPTION_TLS] = "";
	if (!site_print(out, s->call, setup_server_name(s->server)))
		return false;
	*text = bytes;
	return (!fflush(out) && !ferror(out)) ||
	       fail(s->work, ERR_INTERNAL, "the site has over %d bytes",
		    MAX_SITE);
}

/* With a path the site is a part of the host's own, which nobody but the
   administrator knows. */
static bool leave_site(struct setup *s)
{
	s->did = pool_printf(s->work->pool,
			     "is left to you: include what `pixtierctl site "
			     "%s` prints in the server of the host, because "
			     "base_url has a path",
			     setup_server_name(s->server));
	s->undo = "nothing was done";
	return true;
}

static bool enable_site(struct setup *s)
{
	const char *text = "";

	if (*conf_base_path(s->work->conf))
		return leave_site(s);
	s->did = pool_printf(s->work->pool, "enabled the site %s",
			     setup_server_site(s->server));
	s->undo = pool_printf(s->work->pool, "remove %s and reload %s",
			      setup_server_site(s->server),
			      setup_server_name(s->server));
	return site_text(&text, s) &&
	       setup_server_enable(s->server, s->work, text);
}

static bool programs_run(struct setup *s)
{
	struct doctor doctor = { .work = s->work, .server = "" };

	return doctor_look_at_socket(&doctor).verdict == FINE &&
	       doctor_look_at_workers(&doctor).verdict == FINE &&
	       (!s->wanted_count || !setup_server_has_systemd());
}

static bool start_programs(struct setup *s)
{
	static const char *const enable[] = { "systemctl", "enable",
					      "pixtier-fcgi", "pixtier-worker",
					      NULL };
	static const char *const start[] = { "systemctl", "restart",
					     "pixtier-fcgi", "pixtier-worker",
					     NULL };

	s->did = "started pixtier-fcgi and pixtier-worker";
	s->undo = "systemctl disable --now pixtier-fcgi pixtier-worker";
	if (!setup_server_has_systemd())
		return fail(s->work, ERR_CONFLICT,
			    "systemd does not run here: start pixtier-fcgi "
			    "and pixtier-worker with your supervisor, which "
			    "keeps them in the foreground, and run this "
			    "again");
	return setup_server_run(s->work, enable) &&
	       setup_server_run(s->work, start);
}

static bool pictures_come(struct setup *s)
{
	struct doctor doctor = { .work = s->work, .server = "" };

	return account_run(s->work, open_store, NULL) &&
	       doctor_look_at_delivery(&doctor).verdict == FINE;
}

/* After the reload, the old processes of the server answer for a while. If no
   picture comes at last, doctor says why. */
static bool reload_server(struct setup *s)
{
	static const struct timespec pause = { .tv_nsec = DELIVERY_PAUSE_MS *
							  1000000L };
	const char *name = setup_server_name(s->server);

	s->did = pool_printf(s->work->pool, "reloaded %s", name);
	s->undo = "none is needed";
	if (!setup_server_has_systemd())
		return fail(s->work, ERR_CONFLICT,
			    "no picture comes through %s: start or reload %s, "
			    "and run this again; `pixtierctl doctor` says "
			    "more",
			    s->work->conf->base_url, name);
	if (!setup_server_reload(s->server, s->work))
		return false;
	for (int i = 0; i < DELIVERY_TRIES && !pictures_come(s); i++)
		nanosleep(&pause, NULL);
	return true;
}

static const struct step {
	const char *name;
	bool (*is_done)(struct setup *s);
	bool (*run)(struct setup *s);
} steps[] = {
	{ "settings", has_settings, write_settings },
	{ "database", has_database, create_database },
	{ "schema", has_schema, apply_schema },
	{ "store", has_store, make_store },
	{ "key", has_key, make_key },
	{ "administrator", has_administrator, add_administrator },
	{ "site", has_site, enable_site },
	{ "programs", programs_run, start_programs },
	{ "delivery", pictures_come, reload_server },
};

static bool take_step(struct setup *s, const struct step *step)
{
	if (step->is_done(s)) {
		printf("%-14s is done already\n", step->name);
		return true;
	}
	if (!step->run(s)) {
		printf("%-14s failed; when the cause is removed, run this "
		       "again\n",
		       step->name);
		return false;
	}
	printf("%-14s %s\n%-14s to undo: %s\n", step->name, s->did, "",
	       s->undo);
	return true;
}

static bool check_call(struct setup *s)
{
	if (s->call->json)
		return fail(s->work, ERR_BAD_REQUEST,
			    "--json does not belong to this command");
	if (geteuid())
		return fail(s->work, ERR_CONFLICT,
			    "run this as root: it writes the settings and "
			    "starts the service");
	return terminal_is_there() || s->call->options[OPTION_YES] ||
	       fail(s->work, ERR_BAD_REQUEST,
		    "without a terminal nothing can be asked: give --yes, "
		    "and what is not found by itself");
}

static bool confirm(struct setup *s)
{
	const char *answer;

	if (!may_ask(s) || !s->wanted_count)
		return true;
	for (size_t i = 0; i < s->wanted_count; i++)
		fprintf(stderr, "%s will be %s\n", s->wanted[i].name,
			!strcmp(s->wanted[i].name, "db_password")
				? "a random password"
				: s->wanted[i].value);
	return ask(&answer, s, "Set this up? (yes or no)") &&
	       (!strcmp(answer, "yes") ||
		fail(s->work, ERR_CONFLICT, "nothing was changed"));
}

bool cmd_setup_run(struct call *call)
{
	struct setup s = { .call = call, .work = call->work };
	const char *file = conf_find_file(call->config_file);

	s.file = file ? file : PIXTIER_SETTINGS_DIR "/pixtier.conf";
	if (!check_call(&s) || !want_server(&s) || !want_base_url(&s) ||
	    !want_database(&s) || !confirm(&s))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (!take_step(&s, &steps[i]))
			return false;
	if (!cmd_doctor_run(call))
		return false;
	printf("pixtier answers at %s\n", s.work->conf->base_url);
	return true;
}
