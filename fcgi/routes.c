/* routes.c: the tables of all routes. */
#include "config.h"

#include "fcgi/routes.h"

/* clang-format off */
const struct route routes[] = {
	{ METHOD_POST,   "/v1/login",       NEED_NOBODY, SCOPE_NONE,  BODY_JSON,   "", account_login },
	{ METHOD_POST,   "/v1/logout",      NEED_USER,   SCOPE_NONE,  BODY_NONE,   "", account_logout },
	{ METHOD_GET,    "/v1/me",          NEED_USER,   SCOPE_READ,  BODY_NONE,   "", account_show },
	{ METHOD_PUT,    "/v1/me/password", NEED_USER,   SCOPE_WRITE, BODY_JSON,   "", account_set_password },
	{ METHOD_POST,   "/v1/tokens",      NEED_USER,   SCOPE_WRITE, BODY_JSON,   "", tokens_create },
	{ METHOD_GET,    "/v1/tokens",      NEED_USER,   SCOPE_READ,  BODY_NONE,   "limit cursor", tokens_list },
	{ METHOD_DELETE, "/v1/tokens/{id}", NEED_USER,   SCOPE_WRITE, BODY_NONE,   "", tokens_delete },

	{ METHOD_POST,   "/v1/images",      NEED_USER,   SCOPE_WRITE, BODY_JSON_OR_UPLOAD("image file"), "name public alt tags on_duplicate", images_create },
	{ METHOD_GET,    "/v1/images",      NEED_USER,   SCOPE_READ,  BODY_NONE,   "limit cursor status name tag sha256", images_list },
	{ METHOD_POST,   "/v1/images/publish", NEED_USER,  SCOPE_WRITE, BODY_JSON, "", public_set },
	{ METHOD_GET,    "/v1/images/{id}", NEED_USER,   SCOPE_READ,  BODY_NONE,   "html", images_show },
	{ METHOD_PATCH,  "/v1/images/{id}", NEED_USER,   SCOPE_WRITE, BODY_JSON,   "", images_change },
	{ METHOD_DELETE, "/v1/images/{id}", NEED_USER,   SCOPE_WRITE, BODY_NONE,   "", images_delete },

	{ METHOD_POST,   "/v1/images/{id}/variants",           NEED_USER, SCOPE_WRITE, BODY_JSON, "", variants_create },
	{ METHOD_GET,    "/v1/images/{id}/variants/{variant}", NEED_USER, SCOPE_READ,  BODY_NONE, "", variants_show },

	{ METHOD_POST,   "/v1/images/{id}/links", NEED_USER,   SCOPE_LINK, BODY_JSON, "", links_create },
	{ METHOD_GET,    "/v1/images/{id}/links", NEED_USER,   SCOPE_READ, BODY_NONE, "limit cursor", links_list },
	{ METHOD_DELETE, "/v1/links/{id}",        NEED_USER,   SCOPE_LINK, BODY_NONE, "", links_delete },
	{ METHOD_GET,    "/l/{token}/{filename}", NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, links_open },
	{ METHOD_GET,    "/p/{id}/{variant}/{filename}", NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, public_open },

	{ METHOD_GET,    "/v1/jobs",      NEED_USER, SCOPE_READ, BODY_NONE, "limit cursor state", jobs_list },
	{ METHOD_GET,    "/v1/jobs/{id}", NEED_USER, SCOPE_READ, BODY_NONE, "", jobs_show },
	{ METHOD_POST,   "/v1/resize",             NEED_USER, SCOPE_WRITE, BODY_UPLOAD("file image"), "", resize_create },
	{ METHOD_GET,    "/v1/jobs/{id}/result",   NEED_USER, SCOPE_READ,  BODY_NONE,   "", jobs_result },
	{ METHOD_POST,   "/v1/jobs/{id}/cancel",   NEED_USER, SCOPE_WRITE, BODY_NONE,   "", jobs_cancel },

	{ METHOD_POST,   "/v1/webhooks",      NEED_USER, SCOPE_WRITE, BODY_JSON, "", webhooks_create },
	{ METHOD_GET,    "/v1/webhooks",      NEED_USER, SCOPE_READ,  BODY_NONE, "limit cursor", webhooks_list },
	{ METHOD_GET,    "/v1/webhooks/{id}", NEED_USER, SCOPE_READ,  BODY_NONE, "", webhooks_show },
	{ METHOD_PATCH,  "/v1/webhooks/{id}", NEED_USER, SCOPE_WRITE, BODY_JSON, "", webhooks_change },
	{ METHOD_DELETE, "/v1/webhooks/{id}", NEED_USER, SCOPE_WRITE, BODY_NONE, "", webhooks_delete },
	{ METHOD_GET,    "/v1/webhooks/{id}/deliveries", NEED_USER, SCOPE_READ, BODY_NONE, "limit cursor", webhooks_deliveries },
	{ METHOD_POST,   "/v1/webhooks/{id}/deliveries/{delivery}/retry", NEED_USER, SCOPE_WRITE, BODY_NONE, "", webhooks_retry },
	{ METHOD_GET,    "/v1/admin/tiers",      NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "limit cursor", admin_tiers_list },
	{ METHOD_POST,   "/v1/admin/tiers",      NEED_ADMIN, SCOPE_ADMIN, BODY_JSON, "", admin_tiers_create },
	{ METHOD_GET,    "/v1/admin/tiers/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_tiers_show },
	{ METHOD_PATCH,  "/v1/admin/tiers/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_JSON, "", admin_tiers_change },
	{ METHOD_DELETE, "/v1/admin/tiers/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_tiers_delete },
	{ METHOD_PUT,    "/v1/admin/tiers/{id}/watermark", NEED_ADMIN, SCOPE_ADMIN, BODY_UPLOAD("image file"), "position opacity scale from", admin_tiers_set_watermark },
	{ METHOD_GET,    "/v1/admin/tiers/{id}/watermark", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_tiers_show_watermark },
	{ METHOD_DELETE, "/v1/admin/tiers/{id}/watermark", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_tiers_remove_watermark },
	{ METHOD_GET,    "/v1/admin/users",      NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "limit cursor name tier disabled sort", admin_users_list },
	{ METHOD_POST,   "/v1/admin/users",      NEED_ADMIN, SCOPE_ADMIN, BODY_JSON, "", admin_users_create },
	{ METHOD_GET,    "/v1/admin/users/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_users_show },
	{ METHOD_PATCH,  "/v1/admin/users/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_JSON, "", admin_users_change },
	{ METHOD_DELETE, "/v1/admin/users/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_users_delete },
	{ METHOD_GET,    "/v1/admin/images",      NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "limit cursor user status name", admin_images_list },
	{ METHOD_GET,    "/v1/admin/images/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_images_show },
	{ METHOD_DELETE, "/v1/admin/images/{id}", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_images_delete },
	{ METHOD_GET,    "/v1/admin/recipes/{recipe}",         NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "width height", admin_recipes_show },
	{ METHOD_GET,    "/v1/admin/recipes/{recipe}/preview", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "tier", admin_recipes_preview },
	{ METHOD_GET,    "/v1/admin/audit",      NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "limit cursor actor action subject since until", admin_audit_list },
	{ METHOD_GET,    "/v1/admin/jobs",             NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "limit cursor state kind user priority", admin_jobs_list },
	{ METHOD_PATCH,  "/v1/admin/jobs/{id}",        NEED_ADMIN, SCOPE_ADMIN, BODY_JSON, "", admin_jobs_change },
	{ METHOD_POST,   "/v1/admin/jobs/{id}/cancel", NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_jobs_cancel },
	{ METHOD_POST,   "/v1/admin/jobs/{id}/retry",  NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_jobs_retry },
	{ METHOD_GET,    "/v1/admin/workers",          NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_workers_list },
	{ METHOD_GET,    "/v1/admin/stats",            NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "", admin_stats_show },
	{ METHOD_GET,    "/v1/admin/stats/history",    NEED_ADMIN, SCOPE_ADMIN, BODY_NONE, "range", admin_stats_history },


	{ METHOD_GET,    "/healthz", NEED_NOBODY, SCOPE_NONE, BODY_NONE, "", health_alive },
	{ METHOD_GET,    "/readyz",  NEED_NOBODY, SCOPE_NONE, BODY_NONE, "", health_ready },
	{ METHOD_GET,    "/metrics", NEED_NOBODY, SCOPE_NONE, BODY_NONE, "", health_metrics },

	{ METHOD_GET,    "/v1/openapi.json",  NEED_NOBODY, SCOPE_NONE, BODY_NONE, "", docs_openapi },
	{ METHOD_GET,    "/docs",             NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, docs_redirect },
	{ METHOD_GET,    "/docs/",            NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, docs_page },
	{ METHOD_GET,    "/docs/{file}",      NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, docs_file },
	{ METHOD_GET,    "/problems/{code}",  NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, docs_problem },
	{ METHOD_GET,    "/favicon.ico",      NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, docs_icon },
	{ METHOD_GET,    "/robots.txt",       NEED_NOBODY, SCOPE_NONE, BODY_NONE, ANY_QUERY, docs_robots },
};

static const struct route image_api[] = {
	{ METHOD_POST, "/api/token/",                          NEED_NOBODY, SCOPE_NONE,  BODY_FORM,   "", image_api_token },
	{ METHOD_POST, "/api/token/refresh/",                  NEED_NOBODY, SCOPE_NONE,  BODY_FORM,   "", image_api_refresh },
	{ METHOD_GET,  "/api/images/",                         NEED_BEARER, SCOPE_READ,  BODY_NONE,   "cursor", image_api_list },
	{ METHOD_POST, "/api/image/upload/",                   NEED_BEARER, SCOPE_WRITE, BODY_FORM_WITH("file"), "", image_api_upload },
	{ METHOD_POST, "/api/image/expiring/",                 NEED_BEARER, SCOPE_LINK,  BODY_FORM,   "", image_api_link },
	{ METHOD_GET,  "/api/image/expiring/{token}/{path}",   NEED_NOBODY, SCOPE_NONE,  BODY_NONE,   ANY_QUERY, image_api_open },
	{ METHOD_GET,  "/api/schema/",                         NEED_NOBODY, SCOPE_NONE,  BODY_NONE,   "", docs_openapi },
	{ METHOD_GET,  "/api/docs/",                           NEED_NOBODY, SCOPE_NONE,  BODY_NONE,   ANY_QUERY, docs_page },
};

static const struct route imagify[] = {
	{ METHOD_GET,  "/images/",                    NEED_LOGIN,  SCOPE_READ,  BODY_NONE,   "cursor", imagify_list },
	{ METHOD_POST, "/images/upload/",             NEED_LOGIN,  SCOPE_WRITE, BODY_FORM_WITH("original_file"), "", imagify_upload },
	{ METHOD_POST, "/images/generate-link/{id}/", NEED_LOGIN,  SCOPE_LINK,  BODY_FORM,   "", imagify_link },
	{ METHOD_GET,  "/images/link/{alias}/",       NEED_NOBODY, SCOPE_NONE,  BODY_NONE,   ANY_QUERY, imagify_open },
	{ METHOD_GET,  "/api-auth/login/",            NEED_NOBODY, SCOPE_NONE,  BODY_NONE,   "next", imagify_login_page },
	{ METHOD_POST, "/api-auth/login/",            NEED_NOBODY, SCOPE_NONE,  BODY_FORM,   "next", imagify_login },
	{ METHOD_GET,  "/api-auth/logout/",           NEED_NOBODY, SCOPE_NONE,  BODY_NONE,   "next", imagify_logout },
	{ METHOD_POST, "/api-auth/logout/",           NEED_NOBODY, SCOPE_NONE,  BODY_FORM,   "next", imagify_logout },
};

static const struct route thumbnail_generator[] = {
	{ METHOD_POST, "/api/v1/thumbnail_generator/",          NEED_ANONYMOUS, SCOPE_NONE, BODY_UPLOAD("image"), "", thumbnail_generator_create },
	{ METHOD_POST, "/api/v1/",                              NEED_ANONYMOUS, SCOPE_NONE, BODY_UPLOAD("image"), "", thumbnail_generator_create },
	{ METHOD_GET,  "/api/v1/thumbnail_generator/{task_id}", NEED_ANONYMOUS, SCOPE_NONE, BODY_NONE,   "", thumbnail_generator_show },
};

static const struct route resize_tasks[] = {
	{ METHOD_POST,    "/api/v1/images/resize",           NEED_ANONYMOUS, SCOPE_NONE, BODY_UPLOAD("file"), "width height", resize_tasks_create },
	{ METHOD_GET,     "/api/v1/status/{task_id}",        NEED_ANONYMOUS, SCOPE_NONE, BODY_NONE,   "", resize_tasks_status },
	{ METHOD_GET,     "/api/v1/images/result/{task_id}", NEED_ANONYMOUS, SCOPE_NONE, BODY_NONE,   "", resize_tasks_result },
	{ METHOD_OPTIONS, "/api/v1/images/resize",           NEED_NOBODY,    SCOPE_NONE, BODY_NONE,   "", cors_any_origin_preflight },
	{ METHOD_OPTIONS, "/api/v1/status/{task_id}",        NEED_NOBODY,    SCOPE_NONE, BODY_NONE,   "", cors_any_origin_preflight },
	{ METHOD_OPTIONS, "/api/v1/images/result/{task_id}", NEED_NOBODY,    SCOPE_NONE, BODY_NONE,   "", cors_any_origin_preflight },
};

static const struct route thumbnails[] = {
	{ METHOD_POST, "/v1/thumbnails", NEED_ANONYMOUS, SCOPE_NONE, BODY_JSON, "", thumbnails_create },
	{ METHOD_GET,  "/v1/thumbnails", NEED_ANONYMOUS, SCOPE_NONE, BODY_NONE, "id", thumbnails_show },
};

#define ROUTES(table) table, ARRAY_LEN(table)
const struct dialect dialects[] = {
	{ "image_api",           ROUTES(image_api),           image_api_problem,           false },
	{ "imagify",             ROUTES(imagify),             imagify_problem,             false },
	{ "thumbnail_generator", ROUTES(thumbnail_generator), thumbnail_generator_problem, false },
	{ "resize_tasks",        ROUTES(resize_tasks),        resize_tasks_problem,        true },
	{ "thumbnails",          ROUTES(thumbnails),          thumbnails_problem,          false },
};
/* clang-format on */
const size_t routes_count = ARRAY_LEN(routes);
const size_t dialects_count = ARRAY_LEN(dialects);
