/* delivery_check.c: calls base_url as a client does. */
#include "config.h"

#include "lib/service/delivery_check.h"

#include <string.h>

#include "lib/base/account.h"
#include "lib/base/buf.h"
#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/base/uuid.h"
#include "lib/model/variant.h"
#include "lib/net/client.h"
#include "lib/net/fetcher.h"
#include "lib/service/link.h"
#include "lib/store/store.h"

enum { MAX_ANSWER = 4096, MAX_PAGE = 1 << 20, WAIT_SECONDS = 10 };

#define PUBLIC_SUM "00000000"

struct probe_file {
	struct uuid image;
	const char *key, *content;
	bool public;
};

static bool keep_file(struct work *work, void *arg)
{
	const struct probe_file *file = arg;
	struct store *store = pool_alloc(work->pool, sizeof(*store));
	struct store_temp *temp;

	if (!store_open(store, work) || !store_temp_new(&temp, work) ||
	    !store_temp_write(temp, work, file->content, strlen(file->content)))
		return false;
	store_temp_end(temp);
	return store_keep(work, &(struct store_file){ temp, file->key }, 1) &&
	       (!file->public ||
		store_publish(work, file->image, file->key,
			      VARIANT_ORIGINAL "." PUBLIC_SUM ".png"));
}

static bool add_piece(void *answer, struct work *work, const void *bytes,
		      size_t len)
{
	return buf_add(answer, bytes, len) ||
	       fail(work, ERR_TOO_LARGE, "the answer is longer");
}

/* The work of a client, with settings that allow the ports of the URL, and any
   address: it is the administrator's own. */
static struct work act_as_client(struct conf *conf, const struct work *work)
{
	struct work client = *work;
	const char *host = strstr(work->conf->base_url, "://");
	const char *port = host ? strrchr(host + 3, ':') : NULL;

	*conf = *work->conf;
	client.conf = conf;
	conf->fetch_allow = "0.0.0.0/0 ::/0";
	conf->fetch_deny = "";
	conf->fetch_ports = port && port[1] && !strchr(port, ']')
				    ? pool_strndup(work->pool, port + 1,
						   strcspn(port + 1, "/"))
				    : "80 443";
	conf->fetch_timeout = WAIT_SECONDS;
	return client;
}

static bool fetch_file(struct work *work, const struct probe_file *file)
{
	const struct signed_link link = {
		.purpose = LINK_PURPOSE_DISPLAY,
		.expires_at = link_display_expiry(work),
		.format = FORMAT_PNG,
		.image_id = file->image,
		.variant = VARIANT_ORIGINAL,
	};
	struct conf conf;
	struct work client = act_as_client(&conf, work);
	struct buf *answer = buf_new(work->pool, MAX_ANSWER);
	const char *url, *name;

	if (!link_url(&url, work, &link, "doctor.png"))
		return false;
	if (!fetcher_get(&name, &client, url, MAX_ANSWER, add_piece, answer))
		return fail(work, ERR_FETCH_FAILED, "%s", client.why);
	return !strcmp(answer->data, file->content) ||
	       fail(work, ERR_FETCH_FAILED, "another file came");
}

static struct probe_file new_file(struct pool *pool)
{
	const struct uuid image = uuid_new();

	return (struct probe_file){
		.image = image,
		.key = store_key(pool, image, VARIANT_ORIGINAL),
		.content = pool_printf(pool, "pixtier %s", UUID_TEXT(image)),
	};
}

bool delivery_check(struct work *work)
{
	struct probe_file file = new_file(work->pool);
	struct work aside;
	bool delivered;

	if (!account_run(work, keep_file, &file))
		return false;
	aside = *work; /* keeps the reason of the fetch */
	delivered = fetch_file(work, &file);
	return store_drop(&aside, file.key) && delivered;
}

bool delivery_check_post(struct client_answer *answer, struct work *work,
			 int64_t announced)
{
	static const char *const headers[] = {
		"Content-Type: application/octet-stream", NULL
	};
	const struct client_message message = {
		.url = pool_printf(work->pool, "%s/v1/images",
				   work->conf->base_url),
		.headers = headers,
		.body = "",
		.announced = announced,
		.timeout = WAIT_SECONDS,
	};
	struct conf conf;
	struct work client = act_as_client(&conf, work);

	return fetcher_post(answer, &client, &message) ||
	       fail(work, ERR_FETCH_FAILED, "%s", client.why);
}

static bool add_to_sum(void *sum, struct work *work, const void *bytes,
		       size_t len)
{
	(void)work;
	crypt_sha256_add(sum, bytes, len);
	return true;
}

bool delivery_check_page(const char **sum, struct work *work, const char *path)
{
	struct crypt_sha256 *all = crypt_sha256_new(work->pool);
	uint8_t bytes[CRYPT_SHA256_SIZE];
	char *hex = pool_alloc(work->pool, 2 * sizeof(bytes) + 1);
	struct conf conf;
	struct work client = act_as_client(&conf, work);
	const char *name;

	if (!fetcher_get(
		    &name, &client,
		    pool_printf(work->pool, "%s%s", work->conf->base_url, path),
		    MAX_PAGE, add_to_sum, all))
		return fail(work, ERR_FETCH_FAILED, "%s", client.why);
	crypt_sha256_end(all, bytes);
	text_hex(hex, bytes, sizeof(bytes));
	*sum = hex;
	return true;
}

/* With the Referer of a page of the host, or without one. */
static bool ask(struct client_answer *answer, struct work *work,
		const struct probe_file *file, const char *host)
{
	const char *const headers[] = {
		host ? pool_printf(work->pool, "Referer: https://%s/", host)
		     : NULL,
		NULL
	};
	const struct client_message message = {
		.url = pool_printf(work->pool,
				   "%s/p/%s/" VARIANT_ORIGINAL
				   "/doctor-" PUBLIC_SUM ".png",
				   work->conf->base_url,
				   UUID_TEXT(file->image)),
		.headers = headers,
		.gets = true,
		.timeout = WAIT_SECONDS,
	};
	struct conf conf;
	struct work client = act_as_client(&conf, work);

	return fetcher_post(answer, &client, &message) ||
	       fail(work, ERR_FETCH_FAILED, "%s", client.why);
}

/* For "*.example.org" asks as a page of some host below it. */
static bool ask_for_hosts(struct delivery_public *found, struct work *work,
			  const struct probe_file *file)
{
	const char *hosts = work->conf->hotlink_hosts, *host;
	struct client_answer answer;

	for (size_t i = 0; (host = text_word(work->pool, hosts, i)); i++) {
		if (text_starts(host, "*."))
			host = pool_printf(work->pool, "www%s", host + 1);
		if (!ask(&answer, work, file, host))
			return false;
		if (answer.status != 200 && !found->refused_host) {
			found->refused_host = host;
			found->refused_status = answer.status;
		}
	}
	return true;
}

static bool ask_for_all(struct delivery_public *found, struct work *work,
			const struct probe_file *file)
{
	struct client_answer plain, foreign;

	*found = (struct delivery_public){ 0 };
	if (!ask(&plain, work, file, NULL) ||
	    !ask(&foreign, work, file, "pixtier-doctor.invalid"))
		return false;
	found->status = plain.status;
	found->noindex = plain.noindex;
	found->foreign_status = foreign.status;
	return ask_for_hosts(found, work, file);
}

bool delivery_check_public(struct delivery_public *found, struct work *work)
{
	struct probe_file file = new_file(work->pool);
	struct work aside;
	bool answered;

	file.public = true;
	if (!account_run(work, keep_file, &file))
		return false;
	aside = *work; /* keeps the reason of the request */
	answered = ask_for_all(found, work, &file);
	return store_unpublish(&aside, file.image) &&
	       store_drop(&aside, file.key) && answered;
}
