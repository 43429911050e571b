namespace RedshiftEtl.Engine.Schedule.Register;

/// <summary>The scheduler of the operating system.</summary>
internal interface IScheduler
{
    /// <summary>What would be entered.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="command">The program and its arguments.</param>
    string Describe(EtlSchedule schedule, IReadOnlyList<string> command);

    /// <summary>Our entries.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>.</exception>
    IReadOnlyList<EtlSchedule> List();

    /// <summary>Enters it, in the place of one of the same name.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>.</exception>
    void Add(EtlSchedule schedule, IReadOnlyList<string> command);

    /// <summary>Takes it out.</summary>
    /// <exception cref="EtlException"><see cref="Fault.SchedulerFailed"/>.</exception>
    void Remove(EtlSchedule schedule);
}
