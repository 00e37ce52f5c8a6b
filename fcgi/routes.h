#ifndef FCGI_ROUTES_H
#define FCGI_ROUTES_H

#include "fcgi/dialect.h"
#include "fcgi/router.h"

extern const struct route routes[];
extern const size_t routes_count;

/* The older services; each has its own routes. */
extern const struct dialect dialects[];
extern const size_t dialects_count;

/* api/account.c */
handler account_login, account_logout, account_show, account_set_password;
handler tokens_create, tokens_list, tokens_delete;

/* api/images.c */
handler images_create, images_list, images_show, images_change, images_delete;

/* api/variants.c */
handler variants_show, variants_create;

/* api/links.c */
handler links_create, links_list, links_delete, links_open;

/* api/public.c */
handler public_open, public_set;

/* api/jobs.c */
handler jobs_list, jobs_show, jobs_result, jobs_cancel;
handler admin_jobs_list, admin_jobs_retry;
handler admin_jobs_cancel, admin_jobs_change;

/* api/resize.c */
handler resize_create;

/* api/webhooks.c */
handler webhooks_create, webhooks_list, webhooks_show, webhooks_change;
handler webhooks_delete, webhooks_deliveries, webhooks_retry;
/* api/tiers.c */
handler admin_tiers_list, admin_tiers_create, admin_tiers_show;
handler admin_tiers_change, admin_tiers_delete;
handler admin_tiers_set_watermark, admin_tiers_show_watermark;
handler admin_tiers_remove_watermark;

/* api/users.c */
handler admin_users_list, admin_users_create, admin_users_show;
handler admin_users_change, admin_users_delete;

/* api/admin_images.c */
handler admin_images_list, admin_images_show, admin_images_delete;

/* api/recipes.c */
handler admin_recipes_show, admin_recipes_preview;

/* api/audit.c */
handler admin_audit_list;

/* api/admin.c */
handler admin_workers_list, admin_stats_show, admin_stats_history;

/* api/health.c */
handler health_alive, health_ready, health_metrics;

/* api/docs.c */
handler docs_openapi, docs_page, docs_redirect, docs_file, docs_problem;
handler docs_icon, docs_robots;

/* compat/image_api.c */
handler image_api_token, image_api_refresh, image_api_list;
handler image_api_upload, image_api_link, image_api_open;
problem_writer image_api_problem;

/* compat/imagify.c */
handler imagify_list, imagify_upload, imagify_link, imagify_open;
handler imagify_login_page, imagify_login, imagify_logout;
problem_writer imagify_problem;

/* compat/thumbnail_generator.c */
handler thumbnail_generator_create, thumbnail_generator_show;
problem_writer thumbnail_generator_problem;

/* compat/resize_tasks.c */
handler resize_tasks_create, resize_tasks_status, resize_tasks_result;
problem_writer resize_tasks_problem;

/* cors.c */
handler cors_any_origin_preflight;

/* compat/thumbnails.c */
handler thumbnails_create, thumbnails_show;
problem_writer thumbnails_problem;

#endif
