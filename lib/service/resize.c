/* resize.c: makes an image in a size of the client's choice. */
#include "config.h"

#include "lib/service/resize.h"

#include "lib/base/names.h"
#include "lib/picture/recipe.h"
#include "lib/service/access.h"
#include "lib/service/upload.h"
#include "lib/service/variant_make.h"

_Static_assert((int)RESIZE_MAX_SIDE == (int)RECIPE_MAX_SIDE, "one limit");

/* clang-format off */
static const char *const fit_names[] = {
	[FIT_INSIDE] = "inside",
	[FIT_COVER]  = "cover",
	[FIT_EXACT]  = "exact",
};
/* clang-format on */

static const struct names fits = NAMES_OF(fit_names);

static bool read_fit(enum fit *fit, struct work *work, const char *name)
{
	unsigned value;

	if (!names_read(&value, work, &fits, "fit", name))
		return false;
	*fit = (enum fit)value;
	return true;
}

static bool check_sides(struct work *work, const struct resize *resize,
			enum fit fit)
{
	const char *missing = resize->width ? "height" : "width";

	if ((resize->width && resize->height) ||
	    (fit == FIT_INSIDE && (resize->width || resize->height)))
		return true;
	return fail_field(work, missing,
			  fit == FIT_INSIDE
				  ? "%s: width, height or both are required"
				  : "%s: width and height are both "
				    "required unless fit is inside",
			  missing);
}

static bool read_format(struct recipe *recipe, struct work *work,
			const struct resize *resize)
{
	if (resize->same_format || !resize->format)
		return true;
	recipe->has_format = true;
	return format_by_name(&recipe->format, resize->format) ||
	       fail_field(work, "format",
			  "format: jpeg, png, gif, webp, tiff or bmp, not "
			  "\"%.40s\"",
			  resize->format);
}

static bool read_priority(int64_t *priority, struct work *work,
			  const struct resize *resize)
{
	const int64_t highest = resize->tier->priority;

	if (!resize->priority) {
		*priority = highest;
		return true;
	}
	if (!job_priority_read(priority, work, resize->priority))
		return false;
	return *priority >= highest ||
	       fail(work, ERR_TIER_FORBIDS,
		    "priority: at most %s with the tier %s, not %s",
		    job_priority_name(highest), resize->tier->name,
		    resize->priority);
}

static bool read_fields(struct recipe *recipe, struct work *work,
			const struct resize *resize)
{
	struct recipe read = { .width = (uint32_t)resize->width,
			       .height = (uint32_t)resize->height,
			       .quality = (uint32_t)resize->quality };

	if (!read_fit(&read.fit, work, resize->fit) ||
	    !check_sides(work, resize, read.fit) ||
	    !read_format(&read, work, resize))
		return false;
	*recipe = read;
	return true;
}

static bool read_recipe(struct recipe *recipe, struct work *work,
			const struct resize *resize)
{
	if (!resize->recipe)
		return read_fields(recipe, work, resize);
	return recipe_read(recipe, work, resize->recipe);
}

static bool read_order(struct upload_resize *order, struct work *work,
		       const struct resize *resize)
{
	char text[RECIPE_TEXT_SIZE];
	struct upload_resize read = {
		.same_format = resize->same_format,
		.formats = resize->formats,
	};

	if (!read_recipe(&read.recipe, work, resize) ||
	    !read_priority(&read.priority, work, resize) ||
	    !access_check_size(work, resize->tier,
			       recipe_text(&read.recipe, text)))
		return false;
	*order = read;
	return true;
}

bool resize_take(struct job *job, struct work *work,
		 const struct resize *resize)
{
	struct upload_resize order;
	struct upload upload = {
		.user = resize->user,
		.tier = resize->tier,
		.file = resize->file,
		.name = resize->name,
		.later = resize->later,
		.resize = &order,
	};
	struct uploaded uploaded;

	return read_order(&order, work, resize) &&
	       upload_take(&uploaded, work, &upload) &&
	       job_find(job, work, uploaded.job.id);
}

static bool has_failed(const struct job *job)
{
	return job->state == JOB_FAILED || job->state == JOB_CANCELLED;
}

static bool tell_failure(struct work *work, const char *why)
{
	return fail(work, ERR_JOB_FAILED, "%s",
		    why ? why : "the job was cancelled");
}

/* Makes the file again if it was deleted to save space. */
static bool find_made(struct resized *made, struct work *work,
		      const struct tier *tier, const struct job *job)
{
	if (!access_check_size(work, tier, job->variant) ||
	    !variant_make(&made->variant, work, &made->image, job->variant,
			  job->priority))
		return false;
	if (made->variant.status == VARIANT_FAILED)
		return tell_failure(work, made->image.error_detail);
	return true;
}

bool resize_result(struct resized *resized, struct work *work,
		   const struct tier *tier, const struct job *job)
{
	struct resized found = { .variant = { .image_id = job->image_id,
					      .variant = job->variant,
					      .status = VARIANT_PROCESSING } };

	if (!job->variant)
		return fail(work, ERR_NOT_FOUND,
			    "a job of the kind %s has no result of its own: "
			    "get the image's variants",
			    job_kind_name(job->kind));
	if (has_failed(job))
		return tell_failure(work, job->error_detail);
	if (uuid_is_nil(job->image_id))
		return fail(work, ERR_NOT_FOUND,
			    "the job's result was deleted: "
			    "send the image again");
	if (!image_find(&found.image, work, job->image_id) ||
	    (job->state == JOB_DONE && !find_made(&found, work, tier, job)))
		return false;
	*resized = found;
	return true;
}
