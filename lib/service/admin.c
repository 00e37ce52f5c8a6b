/* admin.c: changes tiers, users, images and jobs for administrators. */
#include "config.h"

#include "lib/service/admin.h"

#include <string.h>

#include "lib/base/conf.h"
#include "lib/base/crypt.h"
#include "lib/base/pool.h"
#include "lib/base/text.h"
#include "lib/model/job.h"
#include "lib/model/public_file.h"
#include "lib/model/tier.h"
#include "lib/model/token.h"
#include "lib/model/user.h"
#include "lib/model/watermark.h"
#include "lib/service/password.h"
#include "lib/service/publish.h"
#include "lib/service/purge.h"
#include "lib/service/render_job.h"
#include "lib/service/requeue.h"
#include "lib/service/tier_fields.h"

enum { EMAIL_MAX = 254, MAX_RECORDS = 7 };

static bool add_tier(struct work *work, void *tier)
{
	return tier_add(tier, work);
}

bool admin_add_tier(struct tier *tier, struct work *work,
		    const struct actor *actor, const char *detail)
{
	const struct audit_entry entry = { "tier.add", tier->name, detail };

	return tier_fields_check(tier, work) &&
	       audit_change(work, actor, &entry, 1, add_tier, tier);
}

struct tier_edit {
	struct tier tier;
	struct uuid id;
	bool (*edit)(struct tier *tier, struct work *work, void *arg);
	void *arg;
};

static bool set_tier(struct work *work, void *arg)
{
	struct tier_edit *edit = arg;
	struct tier *tier = &edit->tier;

	return tier_lock(tier, work, edit->id) &&
	       edit->edit(tier, work, edit->arg) &&
	       tier_fields_check(tier, work) && tier_update(tier, work);
}

bool admin_update_tier(struct tier *tier, struct work *work,
		       const struct actor *actor, struct uuid id,
		       const char *detail,
		       bool (*edit)(struct tier *tier, struct work *work,
				    void *arg),
		       void *arg)
{
	struct tier_edit job = { .id = id, .edit = edit, .arg = arg };
	struct tier before;
	struct audit_entry entry = { "tier.set", NULL, detail };

	if (!tier_find(&before, work, id))
		return false;
	entry.subject = before.name;
	if (!audit_change(work, actor, &entry, 1, set_tier, &job))
		return false;
	*tier = job.tier;
	return true;
}

static bool drop_tier(struct work *work, void *arg)
{
	const struct tier *tier = arg;
	struct tier now;

	return tier_lock(&now, work, tier->id) && tier_drop(work, &now);
}

bool admin_delete_tier(struct work *work, const struct actor *actor,
		       const struct tier *tier)
{
	const struct audit_entry entry = { "tier.delete", tier->name, "" };

	return audit_change(work, actor, &entry, 1, drop_tier, (void *)tier);
}

static bool check_email(struct work *work, const char *email)
{
	const char *at = email ? strchr(email, '@') : NULL;

	if (!email)
		return true;
	return (strlen(email) <= EMAIL_MAX &&
		text_is_utf8(email, strlen(email)) &&
		text_is_printable(email) && at && at > email && at[1]) ||
	       fail_field(work, "email",
			  "email: at most %d bytes with an @, not \"%.99s\"",
			  EMAIL_MAX, email);
}

static bool hash_password(const char **hash, struct work *work,
			  const char *password)
{
	if (!password_check_length(work, "password", password))
		return false;
	*hash = crypt_password_hash(work->pool, password,
				    work->conf->password_cost);
	return true;
}

static bool add_user(struct work *work, void *arg)
{
	struct user *user = arg;
	struct tier tier;

	return tier_lock(&tier, work, user->tier_id) && user_add(user, work);
}

bool admin_add_user(struct user *user, struct work *work,
		    const struct actor *actor, const struct tier *tier,
		    const char *password)
{
	const struct audit_entry entry = {
		"user.add", user->username,
		pool_printf(work->pool, "tier %s%s", tier->name,
			    user->is_admin ? ", admin" : "")
	};

	user->tier_id = tier->id;
	return check_email(work, user->email) &&
	       hash_password(&user->password, work, password) &&
	       audit_change(work, actor, &entry, 1, add_user, user);
}

/* One audit line for each change, named like the commands of pixtierctl. */
static size_t list_updates(struct audit_entry entries[MAX_RECORDS],
			   const struct user_update *update,
			   const char *username)
{
	size_t count = 0;

	if (update->tier)
		entries[count++] = (struct audit_entry){ "user.tier", username,
							 update->tier->name };
	if (update->password)
		entries[count++] =
			(struct audit_entry){ "user.passwd", username, "" };
	if (update->disabled)
		entries[count++] =
			(struct audit_entry){ *update->disabled ? "user.disable"
								: "user.enable",
					      username, "" };
	if (update->unlocks)
		entries[count++] =
			(struct audit_entry){ "user.unlock", username, "" };
	if (update->is_admin)
		entries[count++] = (struct audit_entry){
			"user.admin", username, *update->is_admin ? "yes" : "no"
		};
	if (update->username)
		entries[count++] =
			(struct audit_entry){ "user.username", username,
					      update->username };
	if (update->sets_email)
		entries[count++] =
			(struct audit_entry){ "user.email", username,
					      update->email ? update->email
							    : "" };
	return count;
}

struct user_edit {
	const struct user *user;
	const struct user_update *update;
	const char *hash; /* of the new password */
	bool changes_watermark;
};

/* Another tier may have another watermark. A repeated transaction may see its
   own change. */
static bool end_addresses(struct user_edit *edit, struct work *work,
			  const struct tier *tier)
{
	const struct uuid none = { 0 }, id = edit->user->id;
	int64_t before;

	if (!edit->update->tier)
		return true;
	if (!watermark_of_user(&before, work, id))
		return false;
	edit->changes_watermark |= before != tier->watermark;
	return !edit->changes_watermark || public_file_end_all(work, none, id);
}

static bool set_user(struct work *work, void *arg)
{
	struct user_edit *edit = arg;
	const struct user_update *update = edit->update;
	const struct uuid id = edit->user->id;
	const bool falls = (update->disabled && *update->disabled) ||
			   (update->is_admin && !*update->is_admin);
	struct tier tier = { 0 };

	if ((update->tier && !tier_lock(&tier, work, update->tier->id)) ||
	    (falls && !user_is_dispensable(work, edit->user)) ||
	    !end_addresses(edit, work, &tier))
		return false;
	return user_update(work, id,
			   &(struct user_change){
				   .password = edit->hash,
				   .tier_id = tier.id,
				   .disabled = update->disabled,
				   .is_admin = update->is_admin,
				   .unlocks = update->unlocks,
				   .username = update->username,
				   .sets_email = update->sets_email,
				   .email = update->email,
			   }) &&
	       (!edit->hash ||
		token_drop_sessions(work, id, (struct uuid){ 0 }));
}

bool admin_update_user(struct work *work, const struct actor *actor,
		       const struct user *user,
		       const struct user_update *update)
{
	struct audit_entry entries[MAX_RECORDS];
	size_t count = list_updates(entries, update, user->username);
	struct user_edit edit = { .user = user, .update = update };
	const struct uuid none = { 0 };

	if (update->username && user_is_anonymous(user->id))
		return fail(work, ERR_CONFLICT,
			    "%s is built in and keeps its name",
			    user->username);
	if (!check_email(work, update->email) ||
	    (update->password &&
	     !hash_password(&edit.hash, work, update->password)))
		return false;
	return !count ||
	       (audit_change(work, actor, entries, count, set_user, &edit) &&
		(!edit.changes_watermark ||
		 publish_withdraw(work, none, user->id)));
}

struct publication {
	struct uuid id;
	bool public;
};

static bool publish_image(struct work *work, void *arg)
{
	const struct publication *publication = arg;
	struct image image;
	struct tier tier;

	return image_find(&image, work, publication->id) &&
	       tier_of_user(NULL, &tier, work, image.user_id) &&
	       publish_set(work, &tier, image.id, publication->public);
}

bool admin_publish_image(struct work *work, const struct actor *actor,
			 struct uuid id, bool public)
{
	struct publication publication = { id, public };
	const struct audit_entry entry = {
		public ? "image.public" : "image.private",
		pool_strdup(work->pool, UUID_TEXT(id)), ""
	};

	return audit_change(work, actor, &entry, 1, publish_image,
			    &publication);
}

bool admin_delete_image(struct work *work, const struct actor *actor,
			const struct image *image)
{
	const char *id = pool_strdup(work->pool, UUID_TEXT(image->id));
	struct audit_entry entry = { "image.delete", id, NULL };
	struct user owner;

	if (!user_find(&owner, work, image->user_id))
		return false;
	entry.detail = pool_printf(work->pool, "of %s", owner.username);
	return purge_image_by(work, actor, &entry, image);
}

static bool retry_job(struct work *work, void *job)
{
	return requeue_job(work, job);
}

bool admin_retry_job(struct work *work, const struct actor *actor,
		     const struct job *job)
{
	const char *id = pool_strdup(work->pool, UUID_TEXT(job->id));
	const struct audit_entry entry = { "job.retry", id,
					   job_kind_name(job->kind) };

	return audit_change(work, actor, &entry, 1, retry_job, (void *)job);
}

static bool cancel_job(struct work *work, void *job)
{
	return render_job_cancel_within(work, job);
}

bool admin_cancel_job(struct work *work, const struct actor *actor,
		      const struct job *job)
{
	const char *id = pool_strdup(work->pool, UUID_TEXT(job->id));
	const struct audit_entry entry = { "job.cancel", id,
					   job_kind_name(job->kind) };

	if (job->kind == JOB_WEBHOOK || job->kind == JOB_DELETE_USER)
		return fail(work, ERR_CONFLICT,
			    "job %s is of the kind %s, which cannot be "
			    "cancelled",
			    id, job_kind_name(job->kind));
	return audit_change(work, actor, &entry, 1, cancel_job, (void *)job);
}

struct job_edit {
	struct uuid id;
	int64_t priority;
};

static bool set_priority(struct work *work, void *arg)
{
	const struct job_edit *edit = arg;

	return job_set_priority(work, edit->id, edit->priority);
}

bool admin_set_job_priority(struct work *work, const struct actor *actor,
			    const struct job *job, int64_t priority)
{
	const char *id = pool_strdup(work->pool, UUID_TEXT(job->id));
	const struct audit_entry entry = { "job.priority", id,
					   job_priority_name(priority) };
	struct job_edit edit = { job->id, priority };

	return audit_change(work, actor, &entry, 1, set_priority, &edit);
}
