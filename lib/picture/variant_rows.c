/* variant_rows.c: resizes decoded rows to variants. */
#include "config.h"

#include "lib/picture/variant_rows.h"

#include "lib/picture/jpeg_write.h"
#include "lib/picture/resample.h"
#include "lib/picture/row_colour.h"

/* Returns the samples of a side of the variant in a plane. */
static uint32_t samples_of(uint32_t side, unsigned plane)
{
	return plane ? (side + 1) / 2 : side;
}

/* Converts a range of the upright picture, whose sides are `whole`, to the
   stored plane: it may be mirrored. The last sample of a plane may cover more
   than the variant, whose side is `side`: the range becomes longer by that. */
struct range {
	double start, extent;
};

static struct range find_range(uint32_t start, uint32_t extent, uint32_t whole,
			       bool mirrored, double exact, uint32_t side,
			       unsigned plane)
{
	const double factor = exact / whole;
	const double cover = plane ? 2.0 * samples_of(side, plane) / side : 1;
	const double length = extent * cover;

	return (struct range){
		.start = (mirrored ? whole - start - length : start) * factor,
		.extent = length * factor,
	};
}

/* Returns the area of the stored plane that the variant shows. */
static struct resample_area find_area(const struct variant_rows *rows,
				      const struct planned_variant *variant,
				      unsigned index)
{
	const struct recipe_plan *plan = &variant->plan;
	const struct row_plane *plane = &rows->planes[index];
	const unsigned orientation = rows->p->request->probe.orientation;
	const bool lies = orientation >= 5;
	const bool from_right = orientation == 2 || orientation == 3 ||
				orientation == 7 || orientation == 8;
	const bool from_bottom = orientation == 3 || orientation == 4 ||
				 orientation == 6 || orientation == 7;
	const struct range x = find_range(
		lies ? plan->crop_y : plan->crop_x,
		lies ? plan->crop_height : plan->crop_width,
		lies ? rows->p->height : rows->p->width, from_right,
		plane->exact_width, lies ? plan->height : plan->width, index);
	const struct range y = find_range(
		lies ? plan->crop_x : plan->crop_y,
		lies ? plan->crop_width : plan->crop_height,
		lies ? rows->p->width : rows->p->height, from_bottom,
		plane->exact_height, lies ? plan->width : plan->height, index);

	return (struct resample_area){
		.width = plane->width,
		.height = plane->height,
		.x = x.start,
		.y = y.start,
		.area_width = x.extent,
		.area_height = y.extent,
	};
}

/* Allocates the bitmap or the planes of a variant. */
static bool allocate(struct planned_variant *variant, struct work *work,
		     uint32_t width, uint32_t height, unsigned count)
{
	variant->plane_count = count;
	if (count == 1)
		return bitmap_init(&variant->planes[0], work, width, height);
	for (unsigned i = 0; i < count; i++)
		if (!bitmap_init_plane(&variant->planes[i], work,
				       samples_of(width, i),
				       samples_of(height, i)))
			return false;
	return true;
}

static bool add_variant(struct variant_rows *rows,
			struct planned_variant *variant)
{
	const bool lies = rows->p->request->probe.orientation >= 5;
	const uint32_t width = variant->plan.width;
	const uint32_t height = variant->plan.height;
	struct work *work = rows->p->work;

	if (!allocate(variant, work, lies ? height : width,
		      lies ? width : height, rows->plane_count))
		return false;
	variant->planes[0].gray = rows->colours == PROFILE_GRAY;
	variant->planes[0].alpha = rows->alpha;
	rows->variants[rows->count] = variant;
	for (unsigned i = 0; i < rows->plane_count; i++) {
		const struct resample_area area = find_area(rows, variant, i);

		if (!resampler_new(&rows->resamplers[rows->count][i], work,
				   &variant->planes[i], &area))
			return false;
	}
	rows->count++;
	return true;
}

static void find_colour(struct variant_rows *rows,
			const struct row_picture *picture)
{
	if (!rows->colour)
		rows->colour =
			row_colour_new(rows->p->work->pool, picture->colours,
				       picture->profile, picture->profile_len);
}

static bool begin(void *arg, const struct row_picture *picture)
{
	struct variant_rows *rows = arg;
	struct rendering *p = rows->p;

	rows->plane_count = picture->plane_count;
	for (unsigned i = 0; i < picture->plane_count; i++)
		rows->planes[i] = picture->planes[i];
	rows->colours = picture->colours;
	rows->alpha = picture->alpha;
	find_colour(rows, picture);
	rows->count = 0;
	for (uint32_t i = 0; i < p->request->count; i++)
		if (!p->variants[i].identical && !p->variants[i].larger &&
		    !add_variant(rows, &p->variants[i]))
			return false;
	return true;
}

static bool plane_row(void *arg, unsigned plane, const uint8_t *row)
{
	struct variant_rows *rows = arg;

	for (uint32_t i = 0; i < rows->count; i++)
		resampler_put(rows->resamplers[i][plane], row);
	return true;
}

static bool row(void *arg, const uint8_t *pixels)
{
	return plane_row(arg, 0, pixels);
}

static bool accepts_planes(void *arg, const struct row_picture *picture)
{
	struct variant_rows *rows = arg;
	const struct rendering *p = rows->p;

	for (uint32_t i = 0; i < p->request->count; i++) {
		const struct planned_variant *variant = &p->variants[i];

		if (variant->format != FORMAT_JPEG || variant->changes ||
		    !jpeg_write_halves_colours(variant->plan.width,
					       variant->plan.height,
					       variant->jpeg_quality))
			return false;
	}
	find_colour(rows, picture);
	return row_colour_is_none(rows->colour);
}

struct row_sink variant_rows_sink(struct variant_rows *rows,
				  struct rendering *p)
{
	*rows = (struct variant_rows){ .p = p };
	return (struct row_sink){
		.begin = begin,
		.row = row,
		.arg = rows,
		.tolerance = 2,
		.accepts_planes = accepts_planes,
		.plane_row = plane_row,
	};
}

static bool end_variant(const struct variant_rows *rows,
			struct planned_variant *variant)
{
	const struct rendering *p = rows->p;

	if (rows->plane_count == 1) {
		bitmap_drop_alpha(&variant->planes[0]);
		row_colour_apply(rows->colour, &variant->planes[0]);
	}
	for (unsigned i = 0; i < rows->plane_count; i++)
		if (!bitmap_turn(&variant->planes[i], p->work,
				 p->request->probe.orientation))
			return false;
	return true;
}

bool variant_rows_end(struct variant_rows *rows)
{
	for (uint32_t i = 0; i < rows->count; i++)
		if (!end_variant(rows, rows->variants[i]))
			return false;
	return true;
}

/* Returns the area of a larger variant's plane that covers this variant. */
static struct resample_area area_of_larger(
	const struct planned_variant *larger,
	const struct planned_variant *variant, unsigned plane)
{
	const struct bitmap *in = &larger->planes[plane];
	const struct bitmap *out = &variant->planes[plane];
	const double whole = plane ? 0.5 : 1, cover = plane ? 2 : 1;

	return (struct resample_area){
		.width = in->width,
		.height = in->height,
		.area_width = larger->plan.width * whole * cover * out->width /
			      variant->plan.width,
		.area_height = larger->plan.height * whole * cover *
			       out->height / variant->plan.height,
	};
}

bool variant_rows_resize(struct planned_variant *variant, struct work *work)
{
	const struct planned_variant *larger = variant->larger;

	if (!allocate(variant, work, variant->plan.width, variant->plan.height,
		      larger->plane_count))
		return false;
	variant->planes[0].gray = larger->planes[0].gray;
	variant->planes[0].alpha = larger->planes[0].alpha;
	for (unsigned i = 0; i < variant->plane_count; i++) {
		const struct resample_area area =
			area_of_larger(larger, variant, i);

		if (!resample(&variant->planes[i], work, &larger->planes[i],
			      &area))
			return false;
	}
	return true;
}
