/* public.c: public addresses of pictures, and which images have them. The web
   server asks only for those whose file is not public yet (lib/store). */
#include "config.h"

#include "fcgi/deliver.h"
#include "fcgi/hotlink.h"
#include "fcgi/response.h"
#include "fcgi/routes.h"
#include "lib/base/json.h"
#include "lib/base/pool.h"
#include "lib/service/json_view.h"
#include "lib/service/login.h"
#include "lib/service/publish.h"

bool public_open(struct request *req, struct response *res)
{
	struct public_url url;
	const char *name;

	res->any_origin = true;
	if (!hotlink_check(req))
		return false;
	if (!public_url_parse(&url, req->work, req->param[0], req->param[1],
			      req->param[2]))
		return publish_fail_unknown(req->work);
	return publish_open(&name, req->work, &url) &&
	       deliver_public(res, req, &url, name);
}

/* Reads the ids, which need not be those of images. */
static bool read_ids(struct publish_one **ones, const char ***texts,
		     size_t *count, struct request *req)
{
	struct work *work = req->work;

	if (!json_get_texts(texts, count, work, req->body.json, "ids",
			    PUBLISH_MOST, UUID_TEXT_SIZE - 1))
		return false;
	if (!*count)
		return fail_field(work, "ids", "ids: 1 to %d ids, not none",
				  PUBLISH_MOST);
	*ones = pool_alloc(work->pool, *count * sizeof(**ones));
	for (size_t i = 0; i < *count; i++)
		(void)!uuid_parse(&(*ones)[i].id, (*texts)[i]);
	return true;
}

static struct json *describe(struct work *work, const struct publish_one *one,
			     const char *text, bool public)
{
	struct json *json = json_object(work->pool);

	json_set_text(json, "id", text);
	if (one->is_found)
		json_set_bool(json, "public", public);
	else
		json_set_null(json, "public");
	json_set(json, "error",
		 one->is_found
			 ? NULL
			 : json_view_error(work->pool, err_code(ERR_NOT_FOUND),
					   pool_printf(work->pool,
						       "no image %s", text)));
	return json;
}

bool public_set(struct request *req, struct response *res)
{
	static const char *const known[] = { "ids", "public", NULL };
	struct work *work = req->work;
	struct json *items = json_array(work->pool);
	struct json *answer = json_object(work->pool);
	struct publish_one *ones = NULL;
	const char **texts;
	size_t count;
	bool public;

	if (!json_only(req->body.json, work, known) ||
	    !read_ids(&ones, &texts, &count, req) ||
	    !json_get_bool(&public, work, req->body.json, "public") ||
	    !publish_set_all(ones, count, work, &req->who->tier,
			     req->who->user.id, public))
		return false;
	for (size_t i = 0; i < count; i++)
		json_push(items, describe(work, &ones[i], texts[i], public));
	json_set(answer, "items", items);
	return response_json(res, req, 200, answer);
}
