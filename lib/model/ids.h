#ifndef LIB_MODEL_IDS_H
#define LIB_MODEL_IDS_H

/* The question marks of `IN (...)` for as many ids; fewer are filled up with
   NULL, which is equal to none. */
enum { IDS_MAX = 100 };
#define IDS_10 "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
#define IDS_50 IDS_10 ", " IDS_10 ", " IDS_10 ", " IDS_10 ", " IDS_10
#define IDS    IDS_50 ", " IDS_50

#endif
