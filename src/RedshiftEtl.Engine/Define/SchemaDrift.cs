namespace RedshiftEtl.Engine.Define;

/// <summary>What a load does when the extract's columns are not the table's.</summary>
public enum SchemaDrift
{
    /// <summary>Fails before anything is read, with the statements that would mend it.</summary>
    Fail,

    /// <summary>Adds columns that the table lacks, in the load's transaction. A column that the extract lacks is left to its default, with a warning. Types that are too narrow fail.</summary>
    Add,

    /// <summary>As Add; and a VARCHAR that is too short is made longer, by a statement alone before the load's transaction, which is how Redshift takes it (fact sheet 7.1).</summary>
    AddAndWiden,

    /// <summary>Loads the columns that both have; values that are too long for the table are refused by COPY.</summary>
    Ignore,
}
