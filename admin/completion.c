/* completion.c: prints the completion of pixtierctl for bash. */
#include "config.h"

#include "admin/completion.h"

#include <stdio.h>
#include <string.h>

#include "admin/command.h"
#include "lib/model/job.h"
#include "lib/service/stats_history.h"
#include "lib/service/tier_fields.h"

/* The function finds the command before the cursor. The rest is a table for
   each question: which options have a value, which words follow. */
static const char head[] =
	"# Completion of pixtierctl for bash, made by `pixtierctl "
	"completion`.\n"
	"_pixtierctl()\n"
	"{\n"
	"	local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
	"	local group='' name='' words='' word i\n"
	"	COMPREPLY=()\n"
	"	for ((i = 1; i < COMP_CWORD; i++)); do\n"
	"		word=${COMP_WORDS[i]}\n"
	"		case $word in\n";
static const char middle[] =
	") ((i++)) ;;\n"
	"		-*) ;;\n"
	"		*)\n"
	"			if [[ -z $group ]]; then\n"
	"				group=$word\n"
	"			elif [[ -z $name ]]; then\n"
	"				name=$word\n"
	"			fi\n"
	"			;;\n"
	"		esac\n"
	"	done\n"
	"	case $previous in\n";
static const char files_end[] =
	")\n"
	"		mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"		return\n"
	"		;;\n";
static const char values_end[] = "	*)\n"
				 "		case $group:$name in\n";
static const char tail[] =
	"		esac\n"
	"		[[ $cur != -* ]] || words+=' --config --help --json'\n"
	"		;;\n"
	"	esac\n"
	"	mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	"	[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace\n"
	"}\n"
	"complete -F _pixtierctl pixtierctl\n";

static const char with_file[] =
	" base certificate certificate-key config files log-dir ";
static const char with_words[] = " disabled history kind scopes state ";

static void print_names(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		if (names_get(names, i))
			printf(" %s", names_get(names, i));
}

/* Prints the words of the options whose values are few. */
static void print_values(void)
{
	fputs("	--disabled) words='yes no' ;;\n"
	      "	--scopes) words='read write link admin' ;;\n"
	      "	--history) words='",
	      stdout);
	print_names(&stats_ranges);
	fputs("' ;;\n	--kind) words='", stdout);
	print_names(&job_kinds);
	fputs("' ;;\n	--state) words='", stdout);
	print_names(&job_states);
	fputs("' ;;\n", stdout);
}

/* Whether the option is one of these words, with spaces around. */
static bool is_one_of(const char *words, const struct option *option)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", option->name);
	return strstr(words, word);
}

/* Prints the alternatives of a case: the options with a value, or those whose
   value is a file. */
static void print_options(const struct option *options, const char *words,
			  const char *indent)
{
	const char *before = indent;

	for (; options->name; options++)
		if (options->has_arg && (!words || is_one_of(words, options))) {
			printf("%s--%s", before, options->name);
			before = " | ";
		}
}

/* Nothing is proposed for the values of other options. */
static void print_other_values(const struct option *options)
{
	for (; options->name; options++)
		if (options->has_arg && !is_one_of(with_file, options) &&
		    !is_one_of(with_words, options))
			printf("	--%s) ;;\n", options->name);
}

static void print_fields(const struct command *command)
{
	const struct tier_field *field;

	if (!strstr(command->arguments, "FIELD=VALUE"))
		return;
	if (strcmp(command->group, "tier"))
		fputs(" username= email= is_admin=", stdout);
	else
		for (size_t i = 0; (field = tier_field_at(i)); i++)
			printf(" %s=", field->name);
}

static void print_accepted(const struct command *command,
			   const struct option *options)
{
	for (; options->name; options++)
		if (options->val < OPTION__COUNT &&
		    command->options & (UINT64_C(1) << options->val))
			printf(" --%s", options->name);
}

static void print_command(const struct command *command,
			  const struct option *options)
{
	printf("		%s:%s) words='", command->group,
	       command->name ? command->name : "*");
	print_accepted(command, options);
	print_fields(command);
	fputs("' ;;\n", stdout);
}

static void print_groups(const struct command *commands, size_t count)
{
	const char *last = "";

	fputs("		: | help:) words='", stdout);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(commands[i].group, last))
			printf(" %s", commands[i].group);
		last = commands[i].group;
	}
	fputs(" help' ;;\n", stdout);
}

/* Prints the names of a group, which begins at the first of these commands, and
   the options of its command without a name. */
static void print_group(const struct command *commands, size_t count,
			const struct option *options)
{
	const char *group = commands[0].group;

	printf("		%s:) words='", group);
	for (size_t i = 0; i < count && !strcmp(commands[i].group, group); i++)
		if (commands[i].name)
			printf(" %s", commands[i].name);
		else
			print_accepted(&commands[i], options);
	fputs("' ;;\n", stdout);
}

void completion_print(const struct command *commands, size_t count,
		      const struct option *options)
{
	const char *last = "";

	fputs(head, stdout);
	print_options(options, NULL, "		");
	fputs(middle, stdout);
	print_options(options, with_file, "	");
	fputs(files_end, stdout);
	print_values();
	print_other_values(options);
	fputs(values_end, stdout);
	print_groups(commands, count);
	for (size_t i = 0; i < count; i++) {
		if (commands[i].name && strcmp(commands[i].group, last))
			print_group(&commands[i], count - i, options);
		last = commands[i].group;
		print_command(&commands[i], options);
	}
	fputs(tail, stdout);
}
